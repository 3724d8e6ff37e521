#pragma once
// An etcd of a test's own: one member, in a directory that goes with it.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace pedalion::storage::etcd3 {

inline int free_port() {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  close(listener);
  return ntohs(address.sin_port);
}

/// Runs Debian's etcd until it is destroyed. Not told to be ready: who connects waits.
class EtcdProcess {
 public:
  EtcdProcess() {
    char name[] = "/tmp/pedalion-etcd-XXXXXX";
    directory_ = mkdtemp(name);
    endpoint_ = "http://127.0.0.1:" + std::to_string(free_port());
    std::string peer = "http://127.0.0.1:" + std::to_string(free_port());
    // It also ends when the test does without a word, as by a sanitizer.
    std::vector<std::string> words = {"setpriv",
                                      "--pdeathsig",
                                      "KILL",
                                      "etcd",
                                      "--data-dir",
                                      directory_ + "/data",
                                      "--listen-client-urls",
                                      endpoint_,
                                      "--advertise-client-urls",
                                      endpoint_,
                                      "--listen-peer-urls",
                                      peer,
                                      "--initial-advertise-peer-urls",
                                      peer,
                                      "--initial-cluster",
                                      "default=" + peer,
                                      "--log-level",
                                      "error",
                                      "--logger",
                                      "zap"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, (directory_ + "/log").c_str(), O_CREAT | O_WRONLY, 0600);
    int failed = posix_spawnp(&process_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("etcd cannot be started: is etcd-server installed?");
  }
  ~EtcdProcess() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    std::filesystem::remove_all(directory_);
  }
  EtcdProcess(const EtcdProcess&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  void send(int signal) { kill(process_, signal); }

 private:
  std::string directory_, endpoint_;
  pid_t process_ = 0;
};

}  // namespace pedalion::storage::etcd3
