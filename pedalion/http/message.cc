#include "pedalion/http/message.h"

#include <algorithm>

namespace pedalion::http {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& field : fields_) {
    if (field.name == name) return field.value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const Field& field) { return field.name == name; });
}

std::vector<std::string_view> Headers::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : fields_) {
    if (field.name == name) values.emplace_back(field.value);
  }
  return values;
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  auto found = std::ranges::find(fields_, name, &Field::name);
  if (found == fields_.end()) return add(name, value);
  found->value = value;
  fields_.erase(
      std::remove_if(found + 1, fields_.end(), [&](const Field& field) { return field.name == name; }),
      fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return field.name == name; });
}

Response::Response(int status, std::string_view content_type, std::string body) : status(status) {
  headers.add("content-type", content_type);
  chunks.emplace_back(std::move(body));
}

Task<Result<Bytes>> read_all(BodyReader* body, std::size_t limit) {
  if (body == nullptr) co_return Bytes();
  Bytes first;  // most bodies come in one piece
  std::string whole;
  while (true) {
    CO_TRY(Bytes piece, co_await body->read());
    if (piece.empty()) co_return whole.empty() ? std::move(first) : Bytes(std::move(whole));
    if (first.size() + whole.size() + piece.size() > limit) {
      co_return std::unexpected(Status(413, "RequestEntityTooLarge",
                                       "Request entity too large: limit is " + std::to_string(limit)));
    }
    if (first.empty() && whole.empty()) {
      first = std::move(piece);
      continue;
    }
    if (whole.empty()) whole = std::exchange(first, {}).view();
    whole.append(piece.view());
  }
}

}  // namespace pedalion::http
