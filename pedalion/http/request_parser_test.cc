#include "pedalion/http/request_parser.h"

#include <gmock/gmock.h>

namespace pedalion::http {
namespace {

using ::testing::StartsWith;

TEST(FindHeadEnd, FindsItHoweverTheBytesCome) {
  const std::string head = "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string text = head + "GET /b";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    auto end = find_head_end(std::string_view(text).substr(0, size), 0);
    EXPECT_EQ(end.has_value(), size >= head.size()) << size;
    if (end) EXPECT_EQ(*end, head.size());
  }
}

TEST(FindHeadEnd, TakesBareLineFeeds) { EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost: x\n\n", 0), 24U); }

TEST(ParseHead, ReadsLineAndFields) {
  auto head = parse_head("GET /a%2Fb?q=%zz HTTP/1.1\r\nHOST: x:1\r\nAccept:  a \r\nAccept: b\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->request.method, "GET");
  EXPECT_EQ(head->request.target, "/a%2Fb?q=%zz");
  EXPECT_EQ(head->request.headers.get("host"), "x:1");
  EXPECT_THAT(head->request.headers.get_all("accept"), ::testing::ElementsAre("a", "b"));
  EXPECT_TRUE(head->keep_alive);
  EXPECT_FALSE(head->body.any());
}

TEST(ParseHead, KnowsWhenTheConnectionStays) {
  EXPECT_FALSE(parse_head("GET / HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n")->keep_alive);
  EXPECT_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->keep_alive);
}

TEST(ParseHead, FramesBodies) {
  EXPECT_EQ(parse_head("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n")->body.length, 12U);
  EXPECT_EQ(
      parse_head("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n")->body.length,
      3U);
  EXPECT_TRUE(parse_head("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n")->body.chunked);
}

TEST(ParseHead, MeetsExpectations) {
  const std::string put = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n";
  EXPECT_TRUE(parse_head(put + "Expect: 100-Continue\r\n\r\n")->expects_continue);
  EXPECT_TRUE(parse_head(put + "Expect: wonders\r\n\r\n")->expects_unknown);
}

struct Wrong {
  std::string_view name, lines;
  int status;
  std::string_view text;
};

class ParseHeadWrong : public ::testing::TestWithParam<Wrong> {};

TEST_P(ParseHeadWrong, IsRefused) {
  auto head = parse_head(std::string(GetParam().lines) + "\r\n\r\n");
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().status, GetParam().status);
  EXPECT_EQ(head.error().text, GetParam().text);
}

constexpr std::string_view kBad = "400 Bad Request";
INSTANTIATE_TEST_SUITE_P(
    All, ParseHeadWrong,
    ::testing::Values(
        Wrong{"NoHost", "GET / HTTP/1.1", 400, "400 Bad Request: missing required Host header"},
        Wrong{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400,
              "400 Bad Request: too many Host headers"},
        Wrong{"HostWithBlank", "GET / HTTP/1.1\r\nHost: a b", 400, "400 Bad Request: malformed Host header"},
        Wrong{"Version2", "GET / HTTP/2.0\r\nHost: x", 505,
              "505 HTTP Version Not Supported: unsupported protocol version"},
        Wrong{"NoVersion", "GET /\r\nHost: x", 400, kBad},
        Wrong{"BadVersion", "GET / HTTP/1\r\nHost: x", 400, kBad},
        Wrong{"BadMethod", "G@T / HTTP/1.1\r\nHost: x", 400, kBad},
        Wrong{"RelativeTarget", "GET a HTTP/1.1\r\nHost: x", 400, kBad},
        Wrong{"BlankInTarget", "GET /a b HTTP/1.1\r\nHost: x", 400, kBad},
        Wrong{"BrokenEscape", "GET /a%2 HTTP/1.1\r\nHost: x", 400, kBad},
        Wrong{"NoColon", "GET / HTTP/1.1\r\nHost: x\r\nfoo", 400, kBad},
        Wrong{"BlankBeforeColon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 3", 400, kBad},
        Wrong{"FoldedLine", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c", 400, kBad},
        Wrong{"CarriageReturnInValue", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d", 400, kBad},
        Wrong{"BothFramings", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked",
              400, kBad},
        Wrong{"TwoLengths", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4", 400, kBad},
        Wrong{"SignedLength", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: +3", 400, kBad},
        Wrong{"NegativeLength", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -3", 400, kBad},
        Wrong{"ListOfLengths", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3", 400, kBad},
        Wrong{"HugeLength", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616", 400, kBad},
        Wrong{"OtherCoding", "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked", 501,
              "501 Not Implemented"}),
    [](const auto& info) { return std::string(info.param.name); });

/// Decodes text that comes in pieces of `size`; nothing when it is wrong or has no end.
std::optional<std::string> decode(std::string_view text, std::size_t size) {
  ChunkDecoder decoder;
  std::string input, data;
  while (!text.empty() || !input.empty()) {
    auto step = decoder.next(input);
    if (step.wrong) return std::nullopt;
    data += step.data;
    input.erase(0, step.consumed);
    if (step.end) return data;
    if (step.consumed > 0) continue;
    if (text.empty()) return std::nullopt;
    input += text.substr(0, size);
    text.remove_prefix(std::min(size, text.size()));
  }
  return std::nullopt;
}

TEST(ChunkDecoder, DecodesHoweverTheBytesCome) {
  constexpr std::string_view kText = "5;ext=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t size = 1; size <= kText.size(); ++size)
    EXPECT_EQ(decode(kText, size), "hello0123456789") << size;
}

TEST(ChunkDecoder, RefusesWrongFraming) {
  for (std::string_view text :
       {"\r\n\r\n", "x\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "+1\r\na\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n",
        "0x1\r\na\r\n0\r\n\r\n", "ffffffffffffffff\r\na\r\n", "11111111111111111\r\na", "5\r\nhel"}) {
    EXPECT_EQ(decode(text, 3), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pedalion::http
