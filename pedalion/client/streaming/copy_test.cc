// cp against a peer that runs this machine's tar, and against one that sends what no tar would.
#include "pedalion/client/streaming/copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "pedalion/client/streaming/tar.h"
#include "pedalion/client/streaming/test_peer.h"

namespace pedalion::client::streaming {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kV5 = "v5.channel.k8s.io";
constexpr std::string_view kSuccess = R"({"status":"Success"})";
const ExecTarget kTarget{"default", "web", ""};

void write_file(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Copy : public ::testing::Test {
 protected:
  Copy() {
    char pattern[] = "/tmp/pedalion-copy-test-XXXXXX";
    root_ = ::mkdtemp(pattern);
    fs::create_directory(root_ / "remote");
    fs::create_directory(root_ / "local");
  }
  ~Copy() override { fs::remove_all(root_); }

  Result<void> to(TestServer& server, std::string name, std::string remote) {
    return server.await(
        [&] { return copy_to(server.client(), kTarget, root_ / "local" / name, remote, options()); });
  }
  Result<void> from(TestServer& server, std::string remote, std::string name) {
    return server.await(
        [&] { return copy_from(server.client(), kTarget, remote, root_ / "local" / name, options()); });
  }
  CopyOptions options() {
    CopyOptions made;
    made.on_skipped = [this](const std::string& name) { skipped_.push_back(name); };
    return made;
  }
  // Unpacks stdin as tar does in a container whose root is remote/.
  void unpack(TestPeer& peer) {
    head_ = peer.accept(kV5);
    std::string archive;
    while (true) {
      auto frame = peer.receive();
      if (frame.opcode != 2 || frame.payload == std::string("\xff\0", 2)) break;
      archive += frame.payload.substr(1);
    }
    write_file(root_ / "in.tar", archive);
    const auto command = "tar -xmf " + (root_ / "in.tar").string() + " -C " + (root_ / "remote").string();
    peer.send(3, std::system(command.c_str()) == 0 ? kSuccess : R"({"status":"Failure","message":"tar"})");
    peer.close();
  }
  void pack(TestPeer& peer, const std::string& name) {
    head_ = peer.accept(kV5);
    const auto command = "tar -cf - -C " + (root_ / "remote").string() + " ./" + name;
    auto* pipe = ::popen(command.c_str(), "r");
    std::array<char, 3000> piece;
    while (auto count = std::fread(piece.data(), 1, piece.size(), pipe)) peer.send(1, {piece.data(), count});
    peer.send(3, ::pclose(pipe) == 0 ? kSuccess : R"({"status":"Failure","message":"tar"})");
    peer.close();
  }

  fs::path root_;
  std::string head_;
  std::vector<std::string> skipped_;
};

const std::string kLongName(150, 'n');

void make_tree(const fs::path& at) {
  write_file(at / "empty", "");
  write_file(at / "sub" / "big", std::string(300001, 'b'));
  write_file(at / "sub" / kLongName, "long");
  write_file(at / "run", "#!/bin/sh");
  fs::permissions(at / "run", fs::perms::owner_all);
  fs::create_directory(at / "nothing");
  fs::create_symlink("run", at / "link");
}
void expect_tree(const fs::path& at) {
  EXPECT_TRUE(fs::exists(at / "empty"));
  EXPECT_EQ(read_file(at / "sub" / "big"), std::string(300001, 'b'));
  EXPECT_EQ(read_file(at / "sub" / kLongName), "long");
  EXPECT_EQ(read_file(at / "run"), "#!/bin/sh");
  EXPECT_NE(fs::status(at / "run").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_TRUE(fs::is_directory(at / "nothing"));
}

TEST_F(Copy, PutsATreeIntoAContainer) {
  make_tree(root_ / "local" / "tree");
  TestServer server([&](TestPeer& peer) { unpack(peer); });
  auto copied = to(server, "tree", "/var/lib/here/");
  ASSERT_TRUE(copied) << copied.error().message;
  expect_tree(root_ / "remote" / "here");
  EXPECT_EQ(fs::read_symlink(root_ / "remote" / "here" / "link"), "run");
  EXPECT_THAT(
      head_,
      HasSubstr(
          "command=tar&command=-xmf&command=-&command=-C&command=%2Fvar%2Flib&stderr=true&stdin=true "));
  EXPECT_THAT(skipped_, ElementsAre());
}

TEST_F(Copy, PutsAFileIntoAContainer) {
  write_file(root_ / "local" / "f", "text");
  TestServer server([&](TestPeer& peer) { unpack(peer); });
  ASSERT_TRUE(to(server, "f", "/g"));
  EXPECT_EQ(read_file(root_ / "remote" / "g"), "text");
  EXPECT_THAT(head_, HasSubstr("command=-C&command=%2F&"));
}

TEST_F(Copy, GetsATreeFromAContainer) {
  make_tree(root_ / "remote" / "tree");
  TestServer server([&](TestPeer& peer) { pack(peer, "tree"); });
  auto copied = from(server, "/srv/tree", "here");
  ASSERT_TRUE(copied) << copied.error().message;
  expect_tree(root_ / "local" / "here");
  EXPECT_FALSE(fs::exists(fs::symlink_status(root_ / "local" / "here" / "link")));
  EXPECT_THAT(skipped_, UnorderedElementsAre("./tree/link"));
  EXPECT_THAT(head_,
              HasSubstr("command=tar&command=-cf&command=-&command=-C&command=%2Fsrv&command=.%2Ftree&"));
}

TEST_F(Copy, FailsOnPathsAndFilesThatAreNone) {
  TestServer server([&](TestPeer& peer) { unpack(peer); });
  EXPECT_EQ(to(server, "f", "relative").error().code, 400);
  EXPECT_EQ(to(server, "f", "/").error().code, 400);
  EXPECT_EQ(from(server, "/a/..", "f").error().code, 400);
  EXPECT_THAT(to(server, "absent", "/f").error().message, HasSubstr("absent: No such file"));
}

// What copy_from() makes of an answer over stdout and the error channel.
TEST_F(Copy, WritesNothingOutsideAndTakesNoHalves) {
  auto after = [&](std::string archive, std::string_view status = kSuccess) {
    TestServer server([&](TestPeer& peer) {
      peer.accept(kV5);
      peer.send(1, archive);
      peer.send(2, "tar: it says");
      peer.send(3, status);
      peer.close();
    });
    auto copied = from(server, "/srv/tree", "here");
    return copied ? std::string("it ended well") : copied.error().message;
  };
  auto file = [](std::string name) {
    return tar_header({.name = std::move(name), .size = 1}) + "x" + tar_padding(1);
  };
  for (const char* name : {"../tree", "tree/../../up", "/tree", "other", ".", ""}) {
    EXPECT_THAT(after(file(name) + tar_end()), HasSubstr("lies outside")) << name;
  }
  EXPECT_EQ(after(file("tree")), "the archive ends before its end");
  EXPECT_EQ(after(""), "the archive ends before its end");
  EXPECT_THAT(after(std::string(1024, 'g')), HasSubstr("malformed tar archive"));
  EXPECT_THAT(after(file("tree").substr(0, 512)), HasSubstr("before its end"));
  EXPECT_EQ(after(file("tree") + tar_end()), "it ended well");
  EXPECT_EQ(read_file(root_ / "local" / "here"), "x");
  constexpr std::string_view kTwo =
      R"({"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"2"}]}})";
  EXPECT_EQ(after("", kTwo), "tar: exit code 2: tar: it says");
}

}  // namespace
}  // namespace pedalion::client::streaming
