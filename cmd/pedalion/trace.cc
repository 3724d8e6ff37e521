// `pedalion trace`: one request to a running server, and the steps it took there.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <optional>

#include "cmd/pedalion/commands.h"
#include "pedalion/base/task.h"
#include "pedalion/controlplane/kubeconfig.h"
#include "pedalion/http/client.h"

namespace pedalion::program {
namespace {

constexpr std::size_t kBodyLimit = 64 << 20;

struct Question {
  std::string method, path, kubeconfig, body;
};

std::optional<Question> parse(Arguments arguments) {
  Question question;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    std::string* value = nullptr;
    if (word.starts_with("--kubeconfig")) value = &question.kubeconfig;
    if (word.starts_with("--body")) value = &question.body;
    if (value == nullptr) {
      words.push_back(word);
    } else if (auto equals = word.find('='); equals != std::string::npos) {
      *value = word.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      *value = arguments[++i];
    }
  }
  if (words.size() != 2 || !words[1].starts_with('/')) return std::nullopt;
  question.method = words[0];
  question.path = words[1];
  for (char& c : question.method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (question.kubeconfig.empty()) {
    const char* given = std::getenv("KUBECONFIG");
    const char* home = std::getenv("HOME");
    question.kubeconfig =
        given != nullptr ? given : std::string(home != nullptr ? home : ".") + "/.pedalion/admin.kubeconfig";
  }
  return question;
}

/// https://host:port or http://host:port; anything after it is the path's prefix, which is not supported.
Result<http::ClientOptions> client_options(const controlplane::Kubeconfig& config) {
  http::ClientOptions options;
  std::string_view rest = config.server;
  auto scheme = rest.find("://");
  if (scheme == std::string_view::npos)
    return std::unexpected(Status(400, "BadRequest", "the kubeconfig's server is no URL"));
  options.use_tls = rest.substr(0, scheme) == "https";
  rest.remove_prefix(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  auto colon = rest.rfind(':');
  bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  options.port = options.use_tls ? 443 : 80;
  if (has_port)
    options.port = static_cast<std::uint16_t>(std::atoi(std::string(rest.substr(colon + 1)).c_str()));
  auto host = rest.substr(0, has_port ? colon : std::string_view::npos);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  options.host = host;
  options.tls.authority_pem = config.authority;
  options.tls.certificate_pem = config.certificate;
  options.tls.key_pem = config.key;
  options.tls.verify = !config.insecure_skip_tls_verify;
  return options;
}

struct Answer {
  int status = 0;
  std::string steps, body;
};

Task<Result<Answer>> ask(Loop& loop, controlplane::Kubeconfig config, Question question) {
  CO_TRY(auto options, client_options(config));
  CO_TRY(auto client, http::Client::create(loop, options));
  http::Request request;
  request.method = question.method;
  request.target = question.path;
  request.headers.add("host", options.host);
  request.headers.add("accept", "application/json");
  request.headers.add("user-agent", "pedalion-trace");
  request.headers.add("x-pedalion-trace", "1");
  if (!config.token.empty()) request.headers.add("authorization", "Bearer " + config.token);
  if (!question.body.empty()) {
    request.headers.add("content-type",
                        question.method == "PATCH" ? "application/merge-patch+json" : "application/json");
    request.body = http::body_of(Bytes(question.body));
  }
  CO_TRY(auto response, co_await client->send(std::move(request)));
  Answer answer{response.status, std::string(response.headers.get("x-pedalion-trace")), {}};
  CO_TRY(Bytes body, co_await http::read_all(response.body.get(), kBodyLimit));
  answer.body = body.view();
  co_return answer;
}

/// Runs on the loop's thread, as the client wants it.
Result<Answer> ask_and_wait(Loop& loop, const controlplane::Kubeconfig& config, const Question& question) {
  auto arrived = std::make_shared<Completion<Result<Answer>>>();
  loop.post([&loop, config, question, arrived] {
    spawn(ask(loop, config, question),
          [arrived](Result<Answer> answer) { arrived->complete(std::move(answer)); });
  });
  auto wait = [](std::shared_ptr<Completion<Result<Answer>>> completion) -> Task<Result<Answer>> {
    co_return co_await *completion;
  };
  return sync_wait(wait(arrived));
}

/// `name=nanoseconds;…`, each since the trace began; shown with the time that the step itself took.
void print_steps(std::string_view steps) {
  double before = 0;
  while (!steps.empty()) {
    auto end = steps.find(';');
    auto step = steps.substr(0, end);
    steps = end == std::string_view::npos ? std::string_view() : steps.substr(end + 1);
    auto equals = step.rfind('=');
    if (equals == std::string_view::npos) continue;
    double at = std::atof(std::string(step.substr(equals + 1)).c_str()) / 1000;
    std::cout << fmt::format("{:>10.1f} us  {:>+9.1f}  {}\n", at, at - before, step.substr(0, equals));
    before = at;
  }
}

}  // namespace

int trace(Arguments arguments) {
  auto question = parse(arguments);
  if (!question) {
    std::cerr << "pedalion trace METHOD PATH [--kubeconfig FILE] [--body JSON]\n";
    return 2;
  }
  auto config = controlplane::read_kubeconfig(question->kubeconfig);
  if (!config) {
    std::cerr << "pedalion: " << config.error().message << "\n";
    return 1;
  }
  auto loop = http::make_loop_thread("trace");
  auto answer = ask_and_wait(*loop, *config, *question);
  if (!answer) {
    std::cerr << "pedalion: " << answer.error().message << "\n";
    return 1;
  }
  std::cout << question->method << " " << question->path << ": " << answer->status << ", "
            << answer->body.size() << " bytes\n";
  if (answer->steps.empty()) {
    std::cerr << "pedalion: the server shows its steps to members of system:masters only\n";
    return 1;
  }
  print_steps(answer->steps);
  return 0;
}

}  // namespace pedalion::program
