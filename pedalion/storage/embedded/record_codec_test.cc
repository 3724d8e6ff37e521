#include "pedalion/storage/embedded/record_codec.h"

#include <gmock/gmock.h>

#include <random>

#include "pedalion/storage/embedded/check.h"
#include "pedalion/storage/embedded/database_internal.h"
#include "pedalion/storage/embedded/temporary_directory.h"

namespace pedalion::storage::embedded {
namespace {

using ::testing::Eq;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::Lt;

Record record_of(std::string value) {
  return {.revision = 7,
          .previous_revision = 300,
          .expires = 5,
          .key = "/registry/a",
          .value = Bytes(std::move(value))};
}

std::string text_of(const Record& record) {
  RecordEncoder encoder;
  auto encoded = encoder.encode(record);
  return std::string(encoded.header) + std::string(encoded.value);
}

std::string noise(std::size_t size) {
  std::mt19937_64 random(42);
  std::string text(size, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

std::string repeated(std::size_t size) {
  std::string text;
  for (int number = 0; text.size() < size; ++number)
    text += "\"name\":\"VARIABLE_" + std::to_string(number) + "\",";
  return text;
}

TEST(RecordCodec, GivesBackWhatWasEncoded) {
  for (const std::string& value :
       {std::string(), std::string("a"), repeated(511), repeated(10'000), noise(10'000)}) {
    auto decoded = decode_record(7, text_of(record_of(value)));
    ASSERT_TRUE(decoded);
    EXPECT_THAT(decoded->value.view(), Eq(value));
    EXPECT_THAT(decoded->key, Eq("/registry/a"));
    EXPECT_THAT(decoded->previous_revision, Eq(300u));
    EXPECT_THAT(decoded->expires, Eq(5u));
  }
}

TEST(RecordCodec, PacksWhatGetsSmallerByIt) {
  EXPECT_THAT(text_of(record_of(repeated(10'000))).size(), Lt(5'000u));
  EXPECT_THAT(text_of(record_of(noise(10'000))).size(), Gt(10'000u));
}

TEST(RecordCodec, RefusesDamagedBlocks) {
  const std::string whole = text_of(record_of(repeated(10'000)));
  for (std::size_t size = 20; size < whole.size(); ++size)
    EXPECT_FALSE(decode_record(7, std::string_view(whole).substr(0, size))) << size;
}

TEST(Database, TakesAStoreOfTheFormatBefore) {
  TemporaryDirectory directory;
  const auto open = [&](Database::Access access) {
    return Database::open(directory.path(), access, Recovery::kStrict).value();
  };
  {
    auto database = open(Database::Access::kWrite);
    const std::string old_record = std::string("\0\0\0\1k", 5) + repeated(600);
    std::string entry;
    encode_index_entry(2, 0, entry);
    ASSERT_TRUE(
        database->db->Put({}, database->default_family, slice(kMetaFormat), slice(kFormatBefore)).ok());
    ASSERT_TRUE(database->db->Put({}, database->log, encode_revision(2), old_record).ok());
    ASSERT_TRUE(database->db->Put({}, database->index, "k", entry).ok());
  }
  EXPECT_THAT(open(Database::Access::kReadOnly)->meta(kMetaFormat), Eq(kFormatBefore));
  EXPECT_THAT(check(directory.path(), Recovery::kStrict)->problems, IsEmpty());
  EXPECT_THAT(open(Database::Access::kWrite)->meta(kMetaFormat), Eq(kFormat));
  EXPECT_THAT(check(directory.path(), Recovery::kStrict)->problems, IsEmpty());
}

}  // namespace
}  // namespace pedalion::storage::embedded
