#pragma once
// Where a parser collects elements while their containers are open. For this folder's sources only.
#include <cstdint>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::json {

/// What a parser works with, kept from one text to the next: elements lie here until their container closes,
/// which is then made as large as it has to be.
struct Workspace {
  struct Open {
    bool array = false;
    bool ascending = true;                           // so far each key comes after the one before
    std::uint32_t first_item = 0, first_member = 0;  // of its own, above those of the others
    Value large;              // an object with many members, found by hash: holds them itself
    std::string_view key;     // of the member being parsed
    Value* before = nullptr;  // that member's value when it was there already; until members move
  };
  static constexpr std::size_t kMostKept = 4096;  // elements

  std::vector<Open> open;
  std::vector<Value> items;
  std::vector<Member> members;

  void clear() {
    if (items.capacity() > kMostKept || members.capacity() > kMostKept || open.capacity() > kMostKept)
      *this = Workspace();
    open.clear();
    items.clear();
    members.clear();
  }
};

inline Workspace& workspace() {
  thread_local Workspace the_threads;
  return the_threads;
}

}  // namespace pedalion::json
