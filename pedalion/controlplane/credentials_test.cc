#include "pedalion/controlplane/credentials.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "pedalion/controlplane/kubeconfig.h"
#include "pedalion/controlplane/temporary_directory.h"

namespace pedalion::controlplane {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Credentials, AreMadeOnceAndUsedAgain) {
  TemporaryDirectory directory;
  CredentialsRequest request{directory.path() + "/certs", {"localhost"}, {"127.0.0.1"}};
  auto first = ensure_credentials(request);
  ASSERT_TRUE(first) << first.error().message;
  auto serving = text_of(first->serving_certificate_file);
  EXPECT_TRUE(serving.starts_with("-----BEGIN CERTIFICATE-----"));
  auto again = ensure_credentials(request);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->authority, first->authority);
  EXPECT_EQ(again->administrator.certificate, first->administrator.certificate);
  EXPECT_EQ(text_of(again->serving_certificate_file), serving);
}

TEST(Credentials, AreMadeAnewForANameThatIsMissing) {
  TemporaryDirectory directory;
  auto first = ensure_credentials({directory.path(), {"localhost"}, {"127.0.0.1"}});
  ASSERT_TRUE(first);
  auto serving = text_of(first->serving_certificate_file);
  auto second =
      ensure_credentials({directory.path(), {"localhost", "kubernetes"}, {"127.0.0.1", "10.0.0.1"}});
  ASSERT_TRUE(second);
  EXPECT_NE(text_of(second->serving_certificate_file), serving);
  EXPECT_EQ(second->authority, first->authority);
}

TEST(Credentials, AreMadeAnewWhenTheFilesAreSpoilt) {
  TemporaryDirectory directory;
  CredentialsRequest request{directory.path(), {"localhost"}, {}};
  auto first = ensure_credentials(request);
  ASSERT_TRUE(first);
  std::ofstream(directory.path() + "/ca.crt") << "spoilt";
  auto second = ensure_credentials(request);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(second->authority, first->authority);
  EXPECT_NE(second->administrator.certificate, first->administrator.certificate);
}

TEST(Credentials, KeepTheirKeysToTheirOwner) {
  TemporaryDirectory directory;
  ASSERT_TRUE(ensure_credentials({directory.path(), {"localhost"}, {}}));
  for (const auto* name : {"ca.key", "apiserver.key", "admin.key"}) {
    auto mode = std::filesystem::status(directory.path() + "/" + name).permissions();
    EXPECT_EQ(mode & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST(Credentials, SayWhereTheyCannotBeKept) {
  auto failed = ensure_credentials({"/proc/no-such-place", {"localhost"}, {}});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("/proc/no-such-place"), std::string::npos);
}

TEST(KubeconfigFile, IsReadAsItWasWritten) {
  TemporaryDirectory directory;
  Kubeconfig config{"https://127.0.0.1:6443", "authority\n", "certificate", "key!", "token", false};
  auto path = directory.path() + "/admin.kubeconfig";
  ASSERT_TRUE(http::tls::write_file(path, kubeconfig_text(config), true));
  auto read = read_kubeconfig(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->server, config.server);
  EXPECT_EQ(read->authority, config.authority);
  EXPECT_EQ(read->certificate, config.certificate);
  EXPECT_EQ(read->key, config.key);
  EXPECT_EQ(read->token, config.token);
}

TEST(KubeconfigFile, SaysWhatIsMissing) {
  TemporaryDirectory directory;
  auto path = directory.path() + "/config";
  std::ofstream(path) << "current-context: x\ncontexts:\n- name: y\n";
  auto read = read_kubeconfig(path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, path + ": the current context is not there");
  EXPECT_FALSE(read_kubeconfig(directory.path() + "/absent"));
}

}  // namespace
}  // namespace pedalion::controlplane
