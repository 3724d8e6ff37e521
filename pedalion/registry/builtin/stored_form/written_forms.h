#pragma once
// What is being written, in both forms: an event that tells a writer's own bytes need not be read again.
#include <mutex>
#include <optional>
#include <unordered_map>

#include "pedalion/base/bytes.h"

namespace pedalion::registry::builtin::stored_form {

/// Thread-safe. Knows a write as long as its Note lives.
class WrittenForms {
 public:
  class Note {
   public:
    Note(WrittenForms& forms, Bytes stored) : forms_(&forms), stored_(std::move(stored)) {}
    Note(Note&& other) noexcept
        : forms_(std::exchange(other.forms_, nullptr)), stored_(std::move(other.stored_)) {}
    Note& operator=(Note&&) = delete;
    ~Note() {
      if (forms_ != nullptr) forms_->forget(stored_);
    }

   private:
    WrittenForms* forms_;
    const Bytes stored_;  // keeps its place in memory from being another's
  };

  /// `json` is what a reader of `stored` would make of it.
  Note remember(const Bytes& stored, const Bytes& json) {
    std::lock_guard lock(mutex_);
    forms_.insert_or_assign(stored.data(), json);
    return Note(*this, stored);
  }

  /// Of these very bytes, not of others that are equal; nothing when they are not being written.
  std::optional<Bytes> json_of(const Bytes& stored) const {
    std::lock_guard lock(mutex_);
    auto found = forms_.find(stored.data());
    if (found == forms_.end()) return std::nullopt;
    return found->second;
  }

 private:
  void forget(const Bytes& stored) {
    std::lock_guard lock(mutex_);
    forms_.erase(stored.data());
  }

  mutable std::mutex mutex_;
  std::unordered_map<const char*, Bytes> forms_;  // by where the stored form begins
};

}  // namespace pedalion::registry::builtin::stored_form
