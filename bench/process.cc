#include "bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace pedalion::bench {
namespace {

constexpr char kToken[] = "bench-token";

Status failure(const std::string& what) { return Status(500, "", what); }

// A port that was free a moment ago.
std::uint16_t free_port() {
  int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

double field_of_status(int pid, std::string_view name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name) && line[name.size()] == ':')
      return std::strtod(line.c_str() + name.size() + 1, nullptr);
  }
  return 0;
}

[[noreturn]] void become(const std::vector<std::string>& words, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(log, 1);
  ::dup2(log, 2);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

}  // namespace

std::uint64_t cpu_nanoseconds(int pid) {
  if (pid == 0) return 0;
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
    std::ifstream file(task.path() / "schedstat");
    std::uint64_t on_cpu = 0;
    if (file >> on_cpu) total += on_cpu;
  }
  return total;
}

double cpu_milliseconds_with_ended_threads(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  double user = 0, system = 0;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // from the state to the last of the faults
  fields >> user >> system;
  return (user + system) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Memory memory_of(int pid) {
  if (pid == 0) return {};
  return {field_of_status(pid, "VmRSS") / 1024, field_of_status(pid, "RssAnon") / 1024,
          field_of_status(pid, "VmHWM") / 1024};
}

void reset_peak(int pid) {
  if (pid != 0) std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << "5";
}

Result<Target> parse_target(const std::string& url) {
  Target target;
  constexpr std::string_view kScheme = "https://";
  auto colon = url.rfind(':');
  if (!url.starts_with(kScheme) || colon <= kScheme.size()) {
    return std::unexpected(failure("--server: " + url + " is not https://ADDRESS:PORT"));
  }
  target.host = url.substr(kScheme.size(), colon - kScheme.size());
  target.port = static_cast<std::uint16_t>(std::strtoul(url.c_str() + colon + 1, nullptr, 10));
  if (target.host != "localhost" && !target.host.starts_with("127.")) {
    return std::unexpected(
        failure("--server: only servers of this machine are measured, at 127.0.0.1 or localhost"));
  }
  return target;
}

Result<std::unique_ptr<LaunchedServer>> LaunchedServer::launch(const LaunchOptions& options,
                                                               std::unique_ptr<LaunchedServer> keep_data_of) {
  auto server = std::unique_ptr<LaunchedServer>(new LaunchedServer());
  if (keep_data_of) {
    server->directory_ = std::exchange(keep_data_of->directory_, {});
  } else {
    auto base =
        options.directory.empty() ? std::filesystem::temp_directory_path().string() : options.directory;
    std::string pattern = base + "/pedalion-bench-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      return std::unexpected(failure("cannot make a directory in " + base));
    server->directory_ = pattern;
  }
  const auto& directory = server->directory_;
  std::ofstream(directory + "/tokens.csv") << kToken << ",admin,admin-uid,\"system:masters\"\n";
  server->target_.port = free_port();
  server->target_.token = kToken;
  std::vector<std::string> words = {std::filesystem::absolute(options.binary).string(),
                                    "serve",
                                    "--storage=" + options.storage,
                                    "--data-dir=" + directory + "/data",
                                    "--cert-dir=" + directory + "/certs",
                                    "--bind-address=127.0.0.1",
                                    "--secure-port=" + std::to_string(server->target_.port),
                                    "--token-auth-file=" + directory + "/tokens.csv",
                                    "--loopback-kubeconfig=" + directory + "/admin.kubeconfig"};
  words.insert(words.end(), options.further_flags.begin(), options.further_flags.end());
  int log = ::open((directory + "/server.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  server->started_ = std::chrono::steady_clock::now();
  int pid = ::fork();
  if (pid == 0) become(words, log);
  ::close(log);
  if (pid < 0) return std::unexpected(failure("cannot start a process"));
  server->target_.pid = pid;
  return server;
}

LaunchedServer::~LaunchedServer() {
  stop();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

bool LaunchedServer::running() {
  if (target_.pid == 0) return false;
  if (::waitpid(target_.pid, nullptr, WNOHANG) == 0) return true;
  target_.pid = 0;
  return false;
}

void LaunchedServer::stop() {
  if (target_.pid == 0) return;
  ::kill(target_.pid, SIGTERM);
  for (int i = 0; i < 500 && running(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (target_.pid == 0) return;
  ::kill(target_.pid, SIGKILL);
  ::waitpid(target_.pid, nullptr, 0);
  target_.pid = 0;
}

std::string LaunchedServer::log_tail() const {
  std::ifstream file(directory_ + "/server.log");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.size() > 4000 ? text.substr(text.size() - 4000) : text;
}

}  // namespace pedalion::bench
