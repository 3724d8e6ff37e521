#include "pedalion/http/client/response_parser.h"

#include <gtest/gtest.h>

namespace pedalion::http::client {
namespace {

struct Outcome {
  int status = 0;
  Headers headers;
  std::string body, error;
  bool ended = false, keeps_alive = false;
  std::size_t left = 0;  // input behind the end
};

// Gives `text` in pieces of `size` bytes, as a socket would.
Outcome parse(std::string_view text, std::size_t size, bool closes = false,
              ResponseParser::Request request = ResponseParser::Request::kOther,
              std::size_t header_bytes = 4096) {
  ResponseParser parser(request, header_bytes);
  Outcome outcome;
  std::string buffer;
  std::size_t given = 0;
  while (true) {
    auto step = parser.step(buffer);
    if (!step) {
      outcome.error = step.error().message;
      return outcome;
    }
    if (step->kind == ResponseParser::Step::Kind::kHead) {
      outcome.status = parser.status();
      outcome.headers = parser.take_headers();
      outcome.keeps_alive = parser.keeps_alive();
    }
    outcome.body += step->piece;
    buffer.erase(0, step->consumed);
    if (step->kind == ResponseParser::Step::Kind::kEnd) {
      outcome.ended = true;
      outcome.left = buffer.size() + text.size() - given;
      return outcome;
    }
    if (step->kind != ResponseParser::Step::Kind::kNeedMore) continue;
    if (given == text.size()) {
      if (closes) {
        auto end = parser.end_of_input();
        outcome.ended = end.has_value();
        if (!end) outcome.error = end.error().message;
      }
      return outcome;
    }
    auto piece = text.substr(given, size);
    given += piece.size();
    buffer += piece;
  }
}

class ResponseParserTest : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(PieceSizes, ResponseParserTest, testing::Values(1, 2, 3, 7, 1000000));

TEST_P(ResponseParserTest, ReadsALength) {
  auto outcome = parse(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain \r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", GetParam());
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(outcome.ended);
  EXPECT_TRUE(outcome.keeps_alive);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.body, "hello");
  EXPECT_EQ(outcome.headers.get("content-type"), "text/plain");
  EXPECT_EQ(outcome.left, 8u);
}

TEST_P(ResponseParserTest, ReadsChunks) {
  auto outcome = parse(
      "HTTP/1.1 200 OK\nTransfer-Encoding: "
      "Chunked\r\n\r\n5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nT: u\r\n\r\n",
      GetParam());
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(outcome.body, "hello0123456789abcdef");
  EXPECT_EQ(outcome.left, 0u);
}

TEST_P(ResponseParserTest, ReadsUntilTheEnd) {
  auto open = parse("HTTP/1.0 200 OK\r\n\r\nall of it", GetParam(), false);
  EXPECT_FALSE(open.ended);
  auto closed = parse("HTTP/1.0 200 OK\r\n\r\nall of it", GetParam(), true);
  EXPECT_TRUE(closed.ended);
  EXPECT_FALSE(closed.keeps_alive);
  EXPECT_EQ(closed.body, "all of it");
}

TEST_P(ResponseParserTest, SkipsInterimHeads) {
  auto outcome = parse(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\nA: b\r\n\r\n",
      GetParam());
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(outcome.status, 204);
  EXPECT_FALSE(outcome.headers.has("link"));
}

TEST_P(ResponseParserTest, KnowsResponsesWithoutBody) {
  auto head = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", GetParam(), false,
                    ResponseParser::Request::kHead);
  EXPECT_TRUE(head.ended);
  EXPECT_TRUE(head.keeps_alive);
  EXPECT_TRUE(parse("HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n", GetParam()).ended);
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", GetParam()).ended);
}

TEST_P(ResponseParserTest, KnowsWhichConnectionsStayOpen) {
  EXPECT_FALSE(parse("HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 0\r\n\r\n", GetParam())
                   .keeps_alive);
  EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", GetParam()).keeps_alive);
  EXPECT_TRUE(parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", GetParam())
                  .keeps_alive);
}

TEST_P(ResponseParserTest, RefusesWhatIsMalformed) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& text : {
           std::string("HTTP/2.0 200 OK\r\n\r\n"),
           std::string("ICY 200 OK\r\n\r\n"),
           std::string("HTTP/1.1 2000 OK\r\n\r\n"),
           std::string("HTTP/1.1 2x0 OK\r\n\r\n"),
           std::string("HTTP/1.1 099 OK\r\n\r\n"),
           std::string("HTTP/1.1 101 Switching\r\n\r\n"),
           std::string("\r\n\r\n"),
           head + "no colon\r\n\r\n",
           head + ": no name\r\n\r\n",
           head + "a : b\r\n\r\n",
           head + "a: b\r\n folded\r\n\r\n",
           head + "a: b\rc\r\n\r\n",
           head + std::string("a: b\0c\r\n\r\n", 10),
           head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
           head + "Content-Length: -5\r\n\r\n",
           head + "Content-Length: +5\r\n\r\n",
           head + "Content-Length: 5, 5\r\n\r\n",
           head + "Content-Length: 99999999999999999999\r\n\r\n",
           head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           head + "Transfer-Encoding: gzip, chunked\r\n\r\n",
           head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\n\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\n1x\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
       }) {
    auto outcome = parse(text, GetParam());
    EXPECT_NE(outcome.error, "") << text;
    EXPECT_FALSE(outcome.ended) << text;
  }
}

TEST_P(ResponseParserTest, RefusesWhatIsTruncated) {
  for (std::string_view text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\nA: b\r\n", "",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    auto outcome = parse(text, GetParam(), true);
    EXPECT_FALSE(outcome.ended) << text;
    EXPECT_NE(outcome.error, "") << text;
  }
}

TEST_P(ResponseParserTest, HoldsTheLimitOfHeads) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 200; ++i) many += "a:\r\n";  // short fields cost more than their text
  EXPECT_NE(parse(many, GetParam()).error, "");
  EXPECT_NE(parse("HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'x'), GetParam()).error, "");
  std::string interim;
  for (int i = 0; i < 200; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_NE(parse(interim, GetParam()).error, "");
  std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 200; ++i) trailers += "a:\r\n";
  EXPECT_NE(parse(trailers, GetParam()).error, "");
  EXPECT_NE(
      parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'x'), GetParam())
          .error,
      "");
}

}  // namespace
}  // namespace pedalion::http::client
