#include "pedalion/client/config/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pedalion::client::config {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kLookMilliseconds = 20;  // how often a silent program is looked at

std::unexpected<Status> failed(std::string message, std::string_view reason = "Unauthorized") {
  return std::unexpected(Status(401, std::string(reason), std::move(message)));
}

struct Descriptor {
  int value = -1;
  ~Descriptor() { reset(); }
  void reset() {
    if (value >= 0) close(std::exchange(value, -1));
  }
};

// What posix_spawn is told.
class Spawning {
 public:
  explicit Spawning(bool interactive) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t none, broken_pipe;
    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &broken_pipe);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    // A group of its own, to be killed with what it starts. One that talks to the terminal stays in ours: it
    // could not read from it else.
    if (!interactive) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&attributes_, flags);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  int start(pid_t& child, const Program& program, int output) {
    if (!program.interactive) posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    std::vector<char*> args{const_cast<char*>(program.command.c_str())}, environment;
    for (const auto& arg : program.args) args.push_back(const_cast<char*>(arg.c_str()));
    for (const auto& variable : program.environment)
      environment.push_back(const_cast<char*>(variable.c_str()));
    args.push_back(nullptr);
    environment.push_back(nullptr);
    return posix_spawnp(&child, args.front(), &actions_, &attributes_, args.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

class Run {
 public:
  Run(const Program& program, const std::atomic<bool>& stopped) : program_(program), stopped_(stopped) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (child_ <= 0) return;
    kill(program_.interactive ? child_ : -child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  Result<std::string> run() {
    TRY_OK(start());
    const auto deadline = Clock::now() + program_.deadline;
    // It has ended when it has exited, even if what it has started keeps its output open.
    while (!exited()) {
      if (stopped_) return failed(name() + " was called off");
      if (Clock::now() >= deadline) {
        return failed(fmt::format("{} did not end within {} s", name(), program_.deadline.count() / 1000.0));
      }
      pollfd wait{output_.value, POLLIN, 0};  // a closed one is passed over
      poll(&wait, 1, kLookMilliseconds);
      TRY_OK(take());
    }
    TRY_OK(take());
    if (WIFSIGNALED(status_))
      return failed(fmt::format("{} was ended by signal {}", name(), WTERMSIG(status_)));
    if (WEXITSTATUS(status_) != 0) {
      return failed(fmt::format("{} failed with exit code {}", name(), WEXITSTATUS(status_)));
    }
    return std::move(text_);
  }

 private:
  std::string name() const { return "executable " + program_.command; }

  Result<void> start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return failed(std::string("pipe: ") + std::strerror(errno));
    output_.value = ends[0];
    Descriptor input{ends[1]};
    fcntl(output_.value, F_SETFL, O_NONBLOCK);
    const int error = Spawning(program_.interactive).start(child_, program_, input.value);
    if (error == 0) return {};
    child_ = 0;
    if (error == ENOENT) return failed(name() + " not found", "NotFound");
    return failed(fmt::format("{}: {}", name(), std::strerror(error)));
  }

  // What can be read now.
  Result<void> take() {
    char buffer[16384];
    while (output_.value >= 0) {
      const auto count = read(output_.value, buffer, sizeof buffer);
      if (count > 0) {
        text_.append(buffer, static_cast<std::size_t>(count));
        if (text_.size() > program_.output_limit) {
          return failed(fmt::format("{} wrote more than {} bytes", name(), program_.output_limit));
        }
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count == 0 || errno != EAGAIN) output_.reset();
      break;
    }
    return {};
  }

  bool exited() {
    const auto ended = waitpid(child_, &status_, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    // Gone without a status: somebody else has waited for it (SIGCHLD ignored).
    if (ended < 0) status_ = 0;
    child_ = 0;
    return true;
  }

  const Program& program_;
  const std::atomic<bool>& stopped_;
  Descriptor output_;
  pid_t child_ = 0;
  int status_ = 0;
  std::string text_;
};

}  // namespace

RunningProgram::RunningProgram(Program program, std::move_only_function<void(Result<std::string>)> done)
    : thread_([this, program = std::move(program), done = std::move(done)]() mutable {
        done(Run(program, stopped_).run());
      }) {}

RunningProgram::~RunningProgram() {
  stopped_ = true;
  thread_.join();
}

}  // namespace pedalion::client::config
