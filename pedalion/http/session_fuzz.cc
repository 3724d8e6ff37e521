// Both server sessions fed with any bytes, and a handler that answers at once, reads nothing and streams.
#include "pedalion/http/session.h"

using namespace pedalion::http;
using pedalion::Bytes;

namespace {

class ShortStream final : public BodyStream {
 public:
  Pull pull(std::vector<Bytes>& out, std::size_t) override {
    out.push_back(Bytes::of_static("event\n"));
    return ++pulled_ < 3 ? Pull::kMore : Pull::kEnd;
  }

 private:
  int pulled_ = 0;
};

class Host final : public SessionHost {
 public:
  void serve(Request request, std::move_only_function<void(Response)> done) override {
    Response response(200, "text/plain", "hello");
    if (request.target.size() % 2 == 0) {
      response.chunks.clear();
      response.stream = std::make_unique<ShortStream>();
    }
    done(std::move(response));
  }
  void wake() override {}
  const Limits& limits() const override { return limits_; }
  const std::shared_ptr<const Peer>& peer() const override { return peer_; }
  std::string_view date() const override { return "Thu, 01 Jan 1970 00:00:00 GMT"; }

 private:
  Limits limits_;
  std::shared_ptr<const Peer> peer_ = std::make_shared<Peer>();
};

void feed(Session& session, std::string_view text) {
  std::vector<Bytes> out;
  while (!text.empty() && !session.is_over()) {
    auto piece = text.substr(0, 61);
    text.remove_prefix(piece.size());
    if (session.wants_input()) session.receive(piece);
    session.produce(out, 1 << 16);
    out.clear();
  }
  session.input_ended();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  Host host;
  auto session = data[0] % 2 == 0 ? make_http1_session(host) : make_http2_session(host);
  // Behind the preface and empty settings, where the frames are.
  if (data[0] % 2 == 1)
    text = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9) + text;
  feed(*session, text);
  return 0;
}
