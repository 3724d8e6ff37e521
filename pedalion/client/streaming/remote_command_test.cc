#include "pedalion/client/streaming/remote_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "pedalion/client/streaming/test_peer.h"

namespace pedalion::client::streaming {
namespace {

using std::chrono_literals::operator""ms;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kV5 = "v5.channel.k8s.io";
constexpr std::string_view kSuccess = R"({"metadata":{},"status":"Success"})";

std::string exited(int code) {
  return R"({"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code",)"
         R"("reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":")" +
         std::to_string(code) + R"("}]}})";
}

struct Outcome {
  Result<int> code;
  std::string out, err;
};

Outcome exec_on(TestServer& server, std::string_view in, WebSocketOptions options = {}, bool tty = false) {
  Outcome outcome;
  outcome.code = server.await([&] {
    RemoteStreams streams;
    streams.in = http::body_of(Bytes(std::string(in)));
    streams.out = append_to(outcome.out);
    streams.err = append_to(outcome.err);
    streams.tty = tty;
    return exec(server.client(), {"default", "web", "c"}, {"cat", "a b"}, std::move(streams), options);
  });
  return outcome;
}

TEST(Exec, EchoesStdinAndGivesTheExitCode) {
  std::string head;
  TestServer server([&](TestPeer& peer) {
    head = peer.accept(kV5);
    peer.send(1, "");  // the server is ready
    std::string in;
    while (true) {
      auto frame = peer.receive();
      if (frame.opcode != 2 || frame.payload == std::string("\xff\0", 2)) break;
      EXPECT_EQ(frame.payload[0], 0);
      in += frame.payload.substr(1);
    }
    for (std::size_t at = 0; at < in.size(); at += 5000) peer.send(1, in.substr(at, 5000));
    peer.send(2, "warning");
    peer.send(3, exited(7));
    peer.close();
  });
  const std::string in(1 << 20, 'x');
  auto outcome = exec_on(server, in);
  ASSERT_TRUE(outcome.code) << outcome.code.error().message;
  EXPECT_EQ(*outcome.code, 7);
  EXPECT_EQ(outcome.out, in);
  EXPECT_EQ(outcome.err, "warning");
  EXPECT_THAT(head,
              HasSubstr("GET /api/v1/namespaces/default/pods/web/exec?command=cat&command=a+b&container=c"
                        "&stderr=true&stdin=true&stdout=true HTTP/1.1\r\n"));
  EXPECT_THAT(head, AllOf(HasSubstr("\r\nsec-websocket-protocol: v5.channel.k8s.io\r\n"),
                          HasSubstr("\r\nconnection: Upgrade\r\nupgrade: websocket\r\n")));
}

TEST(Exec, EndsWell) {
  TestServer server([&](TestPeer& peer) {
    peer.accept(kV5);
    peer.send(3, "");
    peer.send(3, kSuccess.substr(0, 10));
    peer.send(3, kSuccess.substr(10));
    peer.close();
  });
  auto outcome = exec_on(server, "");
  ASSERT_TRUE(outcome.code) << outcome.code.error().message;
  EXPECT_EQ(*outcome.code, 0);
}

TEST(Exec, TakesStderrWithStdoutOfATerminal) {
  std::string head;
  TestServer server([&](TestPeer& peer) {
    head = peer.accept(kV5);
    peer.close();
  });
  EXPECT_EQ(exec_on(server, "", {}, true).code.value(), 0);
  EXPECT_THAT(head, AllOf(HasSubstr("tty=true"), Not(HasSubstr("stderr"))));
}

// Never ends by itself.
class Silence final : public http::BodyReader {
 public:
  Task<Result<Bytes>> read() override {
    while (true) co_await never_.wait();
  }

 private:
  Signal never_;
};

TEST(Attach, SendsSizesAsTheyChange) {
  std::string head;
  std::vector<std::string> seen;
  auto sizes = std::make_shared<TerminalSizes>();
  TestServer server([&](TestPeer& peer) {
    head = peer.accept(kV5);
    seen.push_back(peer.receive().payload);
    peer.send(1, "more");
    seen.push_back(peer.receive().payload);
    peer.close();
  });
  auto code = server.await([&] {
    RemoteStreams streams;
    streams.in = std::make_unique<Silence>();
    streams.out = [sizes](Bytes) -> Task<Result<void>> {
      struct Set {
        static Task<Result<void>> run(std::shared_ptr<TerminalSizes> sizes) {
          sizes->set({100, 50});
          co_return Result<void>();
        }
      };
      return Set::run(sizes);
    };
    streams.tty = true;
    streams.sizes = sizes;
    sizes->set({1, 1});
    sizes->set({80, 24});
    return attach(server.client(), {"default", "web", ""}, std::move(streams));
  });
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_THAT(head,
              HasSubstr("GET /api/v1/namespaces/default/pods/web/attach?stdin=true&stdout=true&tty=true "));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], "\x04{\"Width\":80,\"Height\":24}");
  EXPECT_EQ(seen[1], "\x04{\"Width\":100,\"Height\":50}");
}

Status failure_after(std::function<void(TestPeer&)> script, WebSocketOptions options = {}) {
  TestServer server(std::move(script));
  auto outcome = exec_on(server, "in", options);
  return outcome.code ? Status(0, "", "it ended with " + std::to_string(*outcome.code))
                      : outcome.code.error();
}

std::function<void(TestPeer&)> answering(std::string answer) {
  return [answer](TestPeer& peer) {
    peer.read_head();
    peer.write(answer);
  };
}

TEST(Exec, FailsWithWhatTheServerAnswersInstead) {
  constexpr std::string_view kForbidden =
      R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"web\" is forbidden","reason":"Forbidden","code":403})";
  auto error =
      failure_after(answering("HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: " +
                              std::to_string(kForbidden.size()) + "\r\n\r\n" + std::string(kForbidden)));
  EXPECT_EQ(error.code, 403);
  EXPECT_EQ(error.message, "pods \"web\" is forbidden");
  error = failure_after(answering("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(error.code, 501);
  error = failure_after(
      answering("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>gateway</html>"));
  EXPECT_EQ(error.code, 502);
  EXPECT_THAT(error.message, HasSubstr("<html>gateway</html>"));
  error = failure_after(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  EXPECT_EQ(error.code, 502);
  EXPECT_THAT(error.message, HasSubstr("answered 200"));
}

TEST(Exec, FailsOnAWrongHandshake) {
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  auto error = failure_after(answering(head + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"));
  EXPECT_EQ(error.code, 502);
  EXPECT_THAT(error.message, HasSubstr("Sec-WebSocket-Accept"));
  error = failure_after([](TestPeer& peer) { peer.accept("v4.channel.k8s.io"); });
  EXPECT_EQ(error.code, 502);
  EXPECT_THAT(error.message, HasSubstr("not offered: v4.channel.k8s.io"));
  error = failure_after([](TestPeer& peer) { peer.accept(""); });
  EXPECT_THAT(error.message, HasSubstr("chooses no protocol"));
  EXPECT_EQ(failure_after([](TestPeer& peer) { peer.read_head(); }).code, 502);
}

TEST(Exec, FailsWhenTheConnectionBreaksOff) {
  for (std::string_view last : {"", "\x82", "\x82\x7f\x00\x00", "\x82\x7e\x01\x00only a part"}) {
    auto error = failure_after([&](TestPeer& peer) {
      peer.accept(kV5);
      peer.send(3, kSuccess);
      peer.write(last);
    });
    EXPECT_EQ(error.code, 502) << error.message;
  }
  auto error = failure_after([](TestPeer& peer) {
    peer.accept(kV5);
    peer.close(
        "\x03\xf3"
        "it burns");
  });
  EXPECT_EQ(error.message, "websocket: close 1011: it burns");
}

TEST(Exec, FailsOnMessagesThatBreakTheProtocol) {
  auto sending = [](std::string payload, unsigned first = 0x82) {
    return failure_after([=](TestPeer& peer) {
      peer.accept(kV5);
      peer.send(payload, first);
      peer.close();
    });
  };
  EXPECT_THAT(sending("\x01text", 0x81).message, HasSubstr("text message"));
  EXPECT_THAT(sending("").message, HasSubstr("without a channel"));
  EXPECT_THAT(sending("\x05more").message, HasSubstr("channel 5"));
  EXPECT_THAT(sending("\x03not json").message, HasSubstr("error stream protocol error"));
  EXPECT_THAT(sending("\x01" + std::string(5 << 20, 'x')).message, HasSubstr("more than 4194304 bytes"));
  EXPECT_THAT(sending("\x01x", 0xc2).message, HasSubstr("reserved bits"));
}

TEST(Exec, GivesUpOnASilentServer) {
  WebSocketOptions options;
  options.ping_period = 10ms;
  options.silence_limit = 60ms;
  std::atomic<int> frames = 0;
  auto error = failure_after(
      [&](TestPeer& peer) {
        peer.accept(kV5);
        while (peer.receive().opcode != 0) ++frames;
      },
      options);
  EXPECT_EQ(error.code, 504);
  EXPECT_THAT(error.message, HasSubstr("pings"));
}

class Broken final : public http::BodyReader {
 public:
  Task<Result<Bytes>> read() override { co_return std::unexpected(Status(500, "", "cannot read")); }
};

TEST(Exec, FailsWithItsStreams) {
  TestServer server([&](TestPeer& peer) {
    peer.accept(kV5);
    peer.send(1, "out");
    while (peer.receive().opcode != 0) {
    }
  });
  auto code = server.await([&] {
    RemoteStreams streams;
    streams.in = std::make_unique<Broken>();
    return exec(server.client(), {"default", "web", ""}, {"x"}, std::move(streams));
  });
  EXPECT_EQ(code.error().message, "cannot read");
  std::string out;
  code = server.await([&] {
    RemoteStreams streams;
    streams.in = std::make_unique<Silence>();
    streams.out = append_to(out, 2);
    return exec(server.client(), {"default", "web", ""}, {"x"}, std::move(streams));
  });
  EXPECT_EQ(code.error().message, "the output has more than 2 bytes");
}

TEST(Exec, IsCalledOffByDestroyingItsTask) {
  std::promise<void> open, closed;
  TestServer server([&](TestPeer& peer) {
    peer.accept(kV5);
    peer.receive();
    open.set_value();
    while (peer.receive().opcode != 0) {
    }
    closed.set_value();
  });
  Job job;
  server.run([&] {
    struct Run {
      static Task<void> run(rest::RestClient* client) {
        RemoteStreams streams;
        streams.in = http::body_of(Bytes::of_static("in"));
        (void)co_await exec(*client, {"default", "web", ""}, {"x"}, std::move(streams));
        ADD_FAILURE() << "it ended";
      }
    };
    job = Job(Run::run(&server.client()));
  });
  open.get_future().get();
  server.run([&] { job = Job(); });
  EXPECT_EQ(closed.get_future().wait_for(std::chrono::seconds(2)), std::future_status::ready);
}

TEST(ExitCode, ReadsTheErrorChannel) {
  EXPECT_EQ(exit_code_of("").value(), 0);
  EXPECT_EQ(exit_code_of(kSuccess).value(), 0);
  EXPECT_EQ(exit_code_of(exited(137)).value(), 137);
  EXPECT_EQ(exit_code_of(R"({"status":"Failure","reason":"InternalError","message":"no such file"})")
                .error()
                .message,
            "no such file");
  EXPECT_FALSE(exit_code_of(exited(-1)));
  EXPECT_FALSE(exit_code_of(exited(256)));
  EXPECT_FALSE(exit_code_of(R"({"status":"Failure","reason":"NonZeroExitCode"})"));
  EXPECT_FALSE(exit_code_of(R"({"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[]}})"));
  EXPECT_FALSE(exit_code_of(R"({"status":"Perhaps"})"));
  EXPECT_FALSE(exit_code_of("[]"));
}

}  // namespace
}  // namespace pedalion::client::streaming
