#include "pedalion/client/streaming/tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pedalion::client::streaming {
namespace {

using ::testing::ElementsAre;

class Record final : public TarSink {
 public:
  Result<void> begin(const TarEntry& entry) override {
    seen.push_back(entry.name + " " + std::to_string(static_cast<int>(entry.kind)) + " " +
                   std::to_string(entry.size));
    return {};
  }
  Result<void> data(std::string_view piece) override {
    bytes += piece;
    return {};
  }
  Result<void> end() override {
    bytes += '|';
    return {};
  }
  std::vector<std::string> seen;
  std::string bytes;
};

TEST(Tar, ReadsWhatItWritesHoweverItIsCut) {
  const std::string name(300, 'n');
  const std::string archive = tar_header({.kind = TarEntry::Kind::kDirectory, .name = "d", .mode = 0755}) +
                              tar_header({.name = "d/" + name, .size = 513}) + std::string(513, 'x') +
                              tar_padding(513) + tar_header({.name = "d/empty"}) +
                              tar_header({.kind = TarEntry::Kind::kSymlink, .name = "l", .target = name}) +
                              tar_end();
  EXPECT_EQ(archive.size() % kTarBlock, 0u);
  for (std::size_t step : {std::size_t{1}, std::size_t{511}, archive.size()}) {
    Record record;
    TarReader reader(record);
    for (std::size_t at = 0; at < archive.size(); at += step) {
      ASSERT_TRUE(reader.receive(std::string_view(archive).substr(at, step)));
    }
    EXPECT_TRUE(reader.ended());
    EXPECT_THAT(record.seen, ElementsAre("d/ 1 0", "d/" + name + " 0 513", "d/empty 0 0", "l 2 0"));
    EXPECT_EQ(record.bytes, std::string(513, 'x') + "||");
  }
}

TEST(Tar, TellsSizesBeyondTheOldField) {
  const std::uint64_t size = std::uint64_t{20} << 30;
  Record record;
  TarReader reader(record);
  ASSERT_TRUE(reader.receive(tar_header({.name = "huge", .size = size})));
  EXPECT_THAT(record.seen, ElementsAre("huge 0 " + std::to_string(size)));
}

TEST(Tar, RefusesWhatIsNoArchive) {
  auto fails = [](std::string archive) {
    Record record;
    return !TarReader(record).receive(archive).has_value();
  };
  auto header = tar_header({.name = "a"});
  EXPECT_FALSE(fails(header));
  header[0] = 'b';
  EXPECT_TRUE(fails(header));
  EXPECT_TRUE(fails(std::string(512, 'x')));
  auto pax = [](std::string records) {
    auto made = tar_header({.name = "p", .size = records.size()});
    made[156] = 'x';
    unsigned sum = 0;
    for (std::size_t i = 0; i < made.size(); ++i)
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(made[i]);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    made.replace(148, 7, text, 7);
    return made + records + tar_padding(records.size());
  };
  EXPECT_FALSE(fails(pax("8 path=\n")));
  for (const char* bad :
       {"x", "99 path=a\n", "0 path=a\n", "9 path=ab", "7 path\n", "11 size=-1\n", "10 size=x\n"}) {
    EXPECT_TRUE(fails(pax(bad))) << bad;
  }
}

}  // namespace
}  // namespace pedalion::client::streaming
