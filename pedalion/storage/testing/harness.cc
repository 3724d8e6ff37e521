#include "pedalion/storage/testing/harness.h"

namespace pedalion::storage::testing {

void RecordingSink::on_events(std::vector<Event> events) {
  std::lock_guard lock(mutex_);
  EXPECT_FALSE(events.empty());
  EXPECT_FALSE(error_) << "an event after the error";
  for (Event& event : events) {
    EXPECT_GT(event.revision, events_.empty() ? 0 : events_.back().revision) << "out of order: " << event.key;
    EXPECT_GT(event.revision, progress_) << "an event that progress had promised to be past";
    events_.push_back(std::move(event));
  }
  changed_.notify_all();
}

void RecordingSink::on_progress(Revision revision) {
  std::lock_guard lock(mutex_);
  EXPECT_FALSE(error_) << "progress after the error";
  EXPECT_GE(revision, progress_);
  progress_ = revision;
  changed_.notify_all();
}

void RecordingSink::on_error(Status status) {
  std::lock_guard lock(mutex_);
  EXPECT_FALSE(error_) << "two errors";
  error_ = std::move(status);
  changed_.notify_all();
}

std::vector<Event> RecordingSink::wait_for_events(std::size_t count) {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return events_.size() >= count; });
  return events_;
}

bool RecordingSink::wait_for_progress(Revision revision) {
  std::unique_lock lock(mutex_);
  return wait(lock, [&] { return progress_ >= revision; });
}

Status RecordingSink::wait_for_error() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return error_.has_value(); });
  return error_ ? *error_ : Status(0, "", "no error came");
}

std::size_t RecordingSink::count() {
  std::lock_guard lock(mutex_);
  return events_.size();
}

std::string to_text(const Event& event) {
  std::string text = event.type == Event::Type::kPut ? "put " : "delete ";
  text += event.key;
  if (event.type == Event::Type::kPut) text += "=" + std::string(event.value.view());
  if (event.previous_revision != 0) text += " was " + std::string(event.previous_value.view());
  return text;
}

std::vector<std::string> to_texts(const std::vector<Event>& events) {
  std::vector<std::string> texts;
  for (const Event& event : events) texts.push_back(to_text(event));
  return texts;
}

std::vector<std::string> to_texts(const std::vector<Entry>& entries) {
  std::vector<std::string> texts;
  for (const Entry& entry : entries) texts.push_back(entry.key + "=" + std::string(entry.value.view()));
  return texts;
}

}  // namespace pedalion::storage::testing
