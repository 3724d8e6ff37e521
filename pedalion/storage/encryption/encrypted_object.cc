#include "pedalion/storage/encryption/encrypted_object.h"

#include "pedalion/storage/errors.h"

namespace pedalion::storage::encryption {
namespace {

constexpr std::size_t kMaxAnnotations = 32 << 10, kMaxKeyId = 1 << 10, kMaxSecret = 1 << 10;
constexpr std::uint64_t kVarint = 0, kBytes = 2;

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put(std::string& out, std::uint64_t number, std::string_view bytes) {
  if (bytes.empty()) return;
  put_varint(out, number << 3 | kBytes);
  put_varint(out, bytes.size());
  out += bytes;
}

/// The next field; false at the end, or when it cannot be read, which leaves `rest` as it is.
struct WireField {
  std::uint64_t number = 0, integer = 0;
  std::string_view bytes;
};
bool take_varint(std::string_view& rest, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}
bool take(std::string_view& text, WireField& field) {
  std::string_view rest = text;
  std::uint64_t tag = 0;
  field = {};
  if (!take_varint(rest, tag) || !take_varint(rest, field.integer)) return false;
  field.number = tag >> 3;
  if ((tag & 7) == kBytes) {
    if (field.integer > rest.size()) return false;
    field.bytes = rest.substr(0, field.integer);
    rest.remove_prefix(field.bytes.size());
  } else if ((tag & 7) != kVarint) {
    return false;
  }
  text = rest;
  return true;
}

}  // namespace

std::string to_bytes(const EncryptedObject& object) {
  std::string out;
  put(out, 1, object.data);
  put(out, 2, object.secret.key_id);
  put(out, 3, object.secret.ciphertext);
  for (const auto& [name, value] : object.secret.annotations) {
    std::string entry;
    put(entry, 1, name);
    put(entry, 2, value);
    put(out, 4, entry);
  }
  if (object.source != EncryptedObject::Source::kKey) {
    put_varint(out, 5 << 3 | kVarint);
    put_varint(out, static_cast<std::uint64_t>(object.source));
  }
  return out;
}

Result<EncryptedObject> parse_encrypted_object(std::string_view bytes) {
  EncryptedObject object;
  for (WireField field; !bytes.empty();) {
    if (!take(bytes, field))
      return std::unexpected(storage_failed("proto: cannot parse invalid wire-format data"));
    if (field.number == 1) object.data = field.bytes;
    if (field.number == 2) object.secret.key_id = field.bytes;
    if (field.number == 3) object.secret.ciphertext = field.bytes;
    if (field.number == 4) {
      std::string name, value;
      for (WireField part; take(field.bytes, part);) (part.number == 1 ? name : value) = part.bytes;
      object.secret.annotations[name] = value;
    }
    if (field.number == 5 && field.integer > 1) {
      return std::unexpected(
          storage_failed("unknown encryptedDEKSourceType: " + std::to_string(field.integer)));
    }
    if (field.number == 5) object.source = static_cast<EncryptedObject::Source>(field.integer);
  }
  if (object.data.empty()) return std::unexpected(storage_failed("encrypted data is empty"));
  if (auto problem = problem_of(object.secret); !problem.empty())
    return std::unexpected(storage_failed(problem));
  return object;
}

std::string problem_of(const SealedSecret& secret) {
  auto size = [](std::size_t bytes, std::size_t most) {
    return std::to_string(bytes) + " bytes, which exceeds the max size of " + std::to_string(most);
  };
  constexpr std::string_view kSource = "failed to validate encrypted DEK source: encrypted DEK source is ";
  constexpr std::string_view kKeyId = "failed to validate key id: keyID is ";
  if (secret.ciphertext.empty()) return std::string(kSource) + "empty";
  if (secret.ciphertext.size() > kMaxSecret)
    return std::string(kSource) + size(secret.ciphertext.size(), kMaxSecret);
  if (secret.key_id.empty()) return std::string(kKeyId) + "empty";
  if (secret.key_id.size() > kMaxKeyId) return std::string(kKeyId) + size(secret.key_id.size(), kMaxKeyId);
  std::size_t annotations = 0;
  for (const auto& [name, value] : secret.annotations) annotations += name.size() + value.size();
  if (annotations > kMaxAnnotations) {
    return "failed to validate annotations: total size of annotations is " +
           size(annotations, kMaxAnnotations);
  }
  return {};
}

}  // namespace pedalion::storage::encryption
