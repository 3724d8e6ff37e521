#pragma once
// Immutable bytes with shared ownership: what the store, the watch cache and the sockets hand to each other
// uncopied.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pedalion {

/// A view of bytes and a share in what keeps them alive. Copying it copies no bytes. Static text needs no
/// owner.
class Bytes {
 public:
  Bytes() = default;
  /// Takes the string over.
  explicit Bytes(std::string text) {
    auto owned = std::make_shared<const std::string>(std::move(text));
    view_ = *owned;
    owner_ = std::move(owned);
  }
  /// `view` must point into what `owner` keeps alive.
  Bytes(std::shared_ptr<const void> owner, std::string_view view) : owner_(std::move(owner)), view_(view) {}
  /// For text that lives as long as the program, such as a literal.
  static Bytes of_static(std::string_view text) { return Bytes(nullptr, text); }

  std::string_view view() const { return view_; }
  const char* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }

  /// A part of these bytes, sharing their owner. `offset` ≤ size().
  Bytes slice(std::size_t offset, std::size_t count = std::string_view::npos) const {
    return Bytes(owner_, view_.substr(offset, count));
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

}  // namespace pedalion
