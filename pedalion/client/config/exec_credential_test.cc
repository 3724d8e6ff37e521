#include "pedalion/client/config/exec_credential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/config/program.h"
#include "pedalion/http/client.h"

namespace pedalion::client::config {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

constexpr std::string_view kV1 = "client.authentication.k8s.io/v1";

TEST(ExecInfo, SaysWhatThePluginMayKnow) {
  Config config;
  config.server = "https://c:6443";
  config.tls.server_name = "inner";
  config.exec = ExecConfig{.command = "x", .api_version = std::string(kV1)};
  EXPECT_EQ(
      exec_info(config, "PEM", true),
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}})");
  config.exec->provide_cluster_info = true;
  config.exec->cluster_config = R"({"audience":"a"})";
  EXPECT_EQ(exec_info(config, "PEM", false),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{)"
            R"("server":"https://c:6443","tls-server-name":"inner","certificate-authority-data":"UEVN",)"
            R"("config":{"audience":"a"}},"interactive":false}})");
}

struct Wrong {
  std::string_view output, message;
};

TEST(ExecCredential, SaysWhatIsWrong) {
  const Wrong table[] = {
      {"{", "decoding stdout: "},
      {"", "decoding stdout: "},
      {R"({"kind":"Pod"})", "decoding stdout: its kind is \"Pod\""},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"})",
       "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned "
       "version "
       "client.authentication.k8s.io/v1beta1"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"})",
       "exec plugin didn't return a status field"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}})",
       "exec plugin didn't return a token or cert/key pair"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"k"}})",
       "exec plugin returned only certificate or key, not both"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t",)"
       R"("expirationTimestamp":"soon"}})",
       "decoding stdout: expirationTimestamp: "},
  };
  for (const auto& [output, message] : table) {
    auto result = parse_exec_credential(output, kV1);
    ASSERT_FALSE(result.has_value()) << output;
    EXPECT_THAT(result.error().message, ::testing::StartsWith(std::string(message))) << output;
    EXPECT_EQ(result.error().code, 401);
  }
}

TEST(ExecCredential, Reads) {
  auto read = parse_exec_credential(
      "apiVersion: client.authentication.k8s.io/v1\nkind: ExecCredential\nstatus:\n  token: t\n  "
      "clientKeyData: k\n"
      "  clientCertificateData: c\n  expirationTimestamp: \"1970-01-01T00:01:00Z\"\n",
      kV1);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->credential.authorization, "Bearer t");
  EXPECT_EQ(read->credential.certificate_pem, "c");
  EXPECT_EQ(read->credential.key_pem, "k");
  EXPECT_EQ(read->expires, 60);
}

// A plugin that is a shell script, in a folder that goes with the test.
class Plugin : public testing::Test {
 protected:
  Plugin() {
    char pattern[] = "/tmp/pedalion-exec-test-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    loop_ = http::make_loop_thread("test");
    config_.server = "https://c";
    config_.origin = {.context = "x", .user = "u", .user_file = "/etc/k"};
  }
  ~Plugin() override {
    run([&] { source_.reset(); });
    loop_.reset();
    std::filesystem::remove_all(folder_);
  }

  void script(std::string_view text) {
    auto path = folder_ + "/plugin";
    std::ofstream(path) << "#!/bin/sh\ncd " << folder_ << "\n" << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    if (!config_.exec) config_.exec = ExecConfig{.command = path, .api_version = std::string(kV1)};
    config_.exec->interactive = ExecConfig::Interactive::kNever;
  }
  // Writes a token that counts the runs; `more` goes into the status.
  static std::string counting(const std::string& more = "") {
    return R"(echo run >> runs
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s")" +
           more + R"x(}}' "$(wc -l < runs | tr -d ' ')")x";
  }
  void make(Duration deadline = 20s) {
    run([&] { source_.reset(); });
    auto made = make_credential_source(
        *loop_, config_, {.exec = std::chrono::duration_cast<std::chrono::milliseconds>(deadline)});
    ASSERT_TRUE(made.has_value()) << made.error().message;
    source_ = *std::move(made);
  }
  void run(std::move_only_function<void()> work) {
    std::promise<void> done;
    loop_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }
  std::future<Result<Credential>> begin() {
    auto result = std::make_shared<std::promise<Result<Credential>>>();
    loop_->post([this, result] {
      spawn(source_->current(), [result](Result<Credential> value) { result->set_value(std::move(value)); });
    });
    return result->get_future();
  }
  std::string said() {
    auto result = begin().get();
    return result ? result->authorization : result.error().message;
  }

  std::string folder_;
  std::unique_ptr<Loop> loop_;
  Config config_;
  std::unique_ptr<CredentialSource> source_;
};

constexpr std::string_view kWhere =
    "kubeconfig /etc/k, context \"x\", user \"u\": getting credentials: exec: ";

TEST_F(Plugin, RunsOnceForAll) {
  script("sleep 0.1\n" + counting());
  make();
  auto first = begin(), second = begin();
  EXPECT_EQ(first.get()->authorization, "Bearer 1");
  EXPECT_EQ(second.get()->authorization, "Bearer 1");
  EXPECT_EQ(said(), "Bearer 1");
  run([&] { source_->rejected({"Bearer 0", {}, {}}); });
  EXPECT_EQ(said(), "Bearer 1") << "an older one was refused";
  run([&] { source_->rejected({"Bearer 1", {}, {}}); });
  EXPECT_EQ(said(), "Bearer 2");
}

TEST_F(Plugin, RunsAgainWhenItsWordExpires) {
  script(counting(R"(,"expirationTimestamp":"2020-01-01T00:00:00Z")"));
  make();
  EXPECT_EQ(said(), "Bearer 1");
  EXPECT_EQ(said(), "Bearer 2");
  std::filesystem::remove(folder_ + "/runs");
  script(counting(R"(,"expirationTimestamp":")" + meta::format_time(meta::now_seconds() + 1000) + "\""));
  EXPECT_EQ(said(), "Bearer 1");
  EXPECT_EQ(said(), "Bearer 1");
}

TEST_F(Plugin, SeesItsArgumentsAndItsEnvironment) {
  script(R"(echo "$1|$2|$A|$HOME|$KUBERNETES_EXEC_INFO" > seen; cat >> seen)" + ("\n" + counting()));
  config_.exec->args = {"one", "two words"};
  config_.exec->env = {{"A", "first"}, {"A", "last"}};
  make();
  EXPECT_EQ(said(), "Bearer 1");
  std::ifstream file(folder_ + "/seen");
  std::string seen(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(seen, "one|two words|last|" +
                      std::string(std::getenv("HOME") == nullptr ? "" : std::getenv("HOME")) + "|" +
                      exec_info(config_, "", false) + "\n");
}

TEST_F(Plugin, SaysThatItFailed) {
  script("exit 3");
  make();
  EXPECT_EQ(said(), std::string(kWhere) + "executable " + folder_ + "/plugin failed with exit code 3");
  script("kill -TERM $$");
  EXPECT_EQ(said(), std::string(kWhere) + "executable " + folder_ + "/plugin was ended by signal 15");
  script("yes");
  EXPECT_EQ(said(), std::string(kWhere) + "executable " + folder_ + "/plugin wrote more than 1048576 bytes");
  script("sleep 100 & sleep 100");
  make(200ms);
  EXPECT_EQ(said(), std::string(kWhere) + "executable " + folder_ + "/plugin did not end within 0.2 s");
}

TEST_F(Plugin, WaitsForNobodyElse) {
  script("sleep 3 &\n" + counting());
  make();
  EXPECT_EQ(said(), "Bearer 1") << "what it leaves behind holds its output open";
}

TEST_F(Plugin, SaysHowToGetIt) {
  script("");
  config_.exec->command = "no-such-plugin-of-anybody";
  config_.exec->install_hint = "get it there";
  make();
  EXPECT_THAT(said(), ::testing::AllOf(HasSubstr("executable no-such-plugin-of-anybody not found\n\n"),
                                       HasSubstr("\n\nget it there")));
}

TEST_F(Plugin, RefusesWhatItCannotDo) {
  script("");
  auto failure = [&] {
    auto made = make_credential_source(*loop_, config_, {});
    return made ? "" : made.error().message;
  };
  config_.exec->api_version = "client.authentication.k8s.io/v1alpha1";
  EXPECT_THAT(failure(),
              HasSubstr("exec plugin: invalid apiVersion \"client.authentication.k8s.io/v1alpha1\""));
  config_.exec->api_version = kV1;
  config_.exec->provide_cluster_info = true;
  config_.tls.authority.file = folder_ + "/gone";
  EXPECT_THAT(failure(), HasSubstr("/gone: No such file or directory"));
}

TEST_F(Plugin, IsKilledWithItsClient) {
  script("sleep 100");
  make();
  run([&] {
    struct Start {
      static Task<void> of(CredentialSource* source) { (void)co_await source->current(); }
    };
    Job job(Start::of(source_.get()));  // and called off
  });
  auto begun = std::chrono::steady_clock::now();
  run([&] { source_.reset(); });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

}  // namespace
}  // namespace pedalion::client::config
