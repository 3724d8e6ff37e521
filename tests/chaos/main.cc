// Informers behind a bad connection, for tests/client_chaos.py, which makes it bad and compares what they
// hold with what the server holds. Reads commands from standard input:
//
//   state   a line for each informer: STATE NAME {"namespace/name": "resource version", …}
//   late    adds one more handler to each
//   end     a line for each informer: COUNTS NAME events errors gaps; then it ends, with 1 when a handler was
//   told of
//           what cannot be (IMPOSSIBLE lines)
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <future>
#include <iostream>
#include <map>

#include "pedalion/client/config/http_transport.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/http/client.h"

namespace pedalion {
namespace {
using namespace std::chrono_literals;
namespace api = client::api;
namespace informer = client::informer;
using Versions = std::map<std::string, std::uint64_t>;

struct Flags {
  std::string server, token;
  std::uint64_t seed = 1;
};

std::uint64_t version_of(const api::Object& object) {
  return std::stoull(std::string(object.resource_version()));
}

/// Follows what a handler is told.
class Checker {
 public:
  explicit Checker(std::string name) : name_(std::move(name)) {}
  informer::EventHandler handler() {
    return {[this](const api::Object& object, bool) {
              if (!known_.emplace(api::key_of(object), version_of(object)).second) say("added again", object);
            },
            [this](const api::Object& before, const api::Object& now) {
              auto known = known_.find(api::key_of(now));
              if (known == known_.end()) return say("updated, and was not there", now);
              if (known->second != version_of(before)) say("updated from what was never told", now);
              if (known->second >= version_of(now)) say("updated to what is older", now);
              known->second = version_of(now);
            },
            [this](const api::Object& last, bool) {
              if (known_.erase(api::key_of(last)) == 0) say("deleted, and was not there", last);
            }};
  }
  const Versions& known() const { return known_; }
  std::size_t faults() const { return faults_; }
  void say(std::string_view what, const api::Object& object) {
    say(fmt::format("{} {} @{}", what, api::key_of(object), object.resource_version()));
  }
  void say(std::string_view what) {
    fmt::print("IMPOSSIBLE {} {}\n", name_, what);
    ++faults_;
  }

 private:
  std::string name_;
  Versions known_;
  std::size_t faults_ = 0;
};

/// One informer with a client of its own. Belongs to the loop.
class Subject {
 public:
  static Result<std::unique_ptr<Subject>> make(Loop& loop, const Flags& flags, bool watch_list) {
    client::config::Config config;
    config.server = flags.server;
    config.tls.insecure = true;
    config.bearer_token = flags.token;
    config.qps = -1;
    TRY(auto client, client::config::make_client(loop, config));
    return std::unique_ptr<Subject>(new Subject(std::move(client), flags, watch_list));
  }

  void add_checker() {
    checkers_.push_back(std::make_unique<Checker>(name_));
    informer_.add_handler(checkers_.back()->handler());
  }

  void print_state() {
    Versions held;
    for (const api::Object& object : informer_.list()) held.emplace(api::key_of(object), version_of(object));
    for (auto& checker : checkers_) {
      if (checker->known() != held) checker->say("a handler knows other objects than the informer holds");
    }
    std::string text;
    for (const auto& [key, version] : held) {
      text += fmt::format("{}\"{}\": \"{}\"", text.empty() ? "" : ", ", key, version);
    }
    fmt::print("STATE {} {{{}}}\n", name_, text);
  }
  bool print_counts() {
    fmt::print("COUNTS {} {} {} {}\n", name_, events_, errors_, gaps_);
    for (auto& checker : checkers_) {
      if (checker->faults() > 0) return false;
    }
    return true;
  }

 private:
  Subject(std::unique_ptr<client::rest::RestClient> client, const Flags& flags, bool watch_list)
      : name_(watch_list ? "streams" : "pages"),
        client_(std::move(client)),
        informer_(api::ResourceClient(*client_, {"", "v1", "configmaps"}).in_namespace("default"),
                  options(flags, watch_list)) {
    add_checker();
    auto count = [this](auto&&...) { ++events_; };
    informer_.add_handler({count, count, count});
    informer_.start();
  }
  informer::InformerOptions options(const Flags& flags, bool watch_list) {
    informer::InformerOptions made;
    made.page_size = 7;
    made.watch_list = watch_list;
    made.first_backoff = 20ms;
    made.last_backoff = 500ms;
    made.seed = flags.seed;
    made.on_error = [this](const Status& error) { ++(error.code == 410 ? gaps_ : errors_); };
    return made;
  }

  std::string name_;
  std::size_t events_ = 0, errors_ = 0, gaps_ = 0;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::unique_ptr<client::rest::RestClient> client_;
  informer::Informer informer_;
};

class Program {
 public:
  explicit Program(Flags flags) : flags_(std::move(flags)), loop_(http::make_loop_thread("chaos")) {}
  ~Program() {
    on_loop([&] { subjects_.clear(); });
  }

  int run() {
    on_loop([&] {
      for (bool watch_list : {true, false}) add(Subject::make(*loop_, flags_, watch_list));
    });
    if (subjects_.size() != 2) return 2;
    for (std::string command; std::getline(std::cin, command);) {
      if (command == "end") break;
      on_loop([&] {
        for (auto& subject : subjects_) command == "late" ? subject->add_checker() : subject->print_state();
      });
      std::fflush(stdout);
    }
    bool fine = true;
    on_loop([&] {
      for (auto& subject : subjects_) fine &= subject->print_counts();
    });
    return fine ? 0 : 1;
  }

 private:
  void add(Result<std::unique_ptr<Subject>> made) {
    if (made) return subjects_.push_back(*std::move(made));
    fmt::print(stderr, "pedalion-client-chaos: {}\n", made.error().message);
  }
  template <class Work>
  void on_loop(Work work) {
    std::promise<void> done;
    loop_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  Flags flags_;
  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<Subject>> subjects_;  // the loop's
};

}  // namespace
}  // namespace pedalion

int main(int count, char** words) {
  CLI::App app("Informers behind a bad connection, for a test to compare with the server.");
  pedalion::Flags flags;
  app.add_option("--server", flags.server, "URL of the server, or of what stands before it")->required();
  app.add_option("--token", flags.token, "Bearer token")->required();
  app.add_option("--seed", flags.seed, "Of the informers' jitter");
  CLI11_PARSE(app, count, words);
  return pedalion::Program(flags).run();
}
