#include "pedalion/controlplane/options.h"

#include <gtest/gtest.h>

namespace pedalion::controlplane {
namespace {

Result<Options> options(std::vector<std::string> arguments) {
  TRY(auto flags, server::FlagValues::parse(arguments));
  return options_from(flags);
}

TEST(Options, AreKubernetesDefaults) {
  auto made = options({});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->server.listen.port, 6443);
  EXPECT_EQ(made->server.request_timeout, std::chrono::seconds(60));
  EXPECT_EQ(made->storage.prefix, "/registry");
  EXPECT_EQ(made->registry.service_cidrs, std::vector<std::string>{"10.0.0.0/24"});
  EXPECT_EQ(made->access.modes, std::vector<AuthorizationMode>{AuthorizationMode::kAlwaysAllow});
  EXPECT_TRUE(made->service_accounts.key_files.empty());
}

TEST(Options, LimitTheLivesOfTokens) {
  EXPECT_FALSE(options({"--service-account-max-token-expiration=59m"}));
  auto made = options({"--service-account-max-token-expiration=2h", "--api-audiences=a,b"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->service_accounts.longest, std::chrono::hours(2));
  EXPECT_EQ(made->service_accounts.audiences, (std::vector<std::string>{"a", "b"}));
}

TEST(Options, ReadWhatFlagsSay) {
  auto made =
      options({"--storage=memory", "--etcd-prefix=other/", "--tls-sni-cert-key=c,k:a.example,*.b.example",
               "--tls-min-version=VersionTLS13", "--service-node-port-range=1000-2000",
               "--service-account-signing-key-file=sa.key", "--http2-max-streams-per-connection=7"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->storage.kind, StorageChoice::Kind::kMemory);
  EXPECT_EQ(made->storage.prefix, "/other");
  ASSERT_EQ(made->tls.context.sni_certificates.size(), 1u);
  EXPECT_EQ(made->tls.context.sni_certificates[0].key_file, "k");
  EXPECT_EQ(made->tls.context.sni_certificates[0].names,
            (std::vector<std::string>{"a.example", "*.b.example"}));
  EXPECT_EQ(made->tls.context.min_version, http::tls::MinVersion::kTls13);
  EXPECT_EQ(made->registry.first_node_port, 1000);
  EXPECT_EQ(made->registry.last_node_port, 2000);
  EXPECT_EQ(made->service_accounts.signing_key_file, "sa.key");
  EXPECT_EQ(made->service_accounts.audiences,
            std::vector<std::string>{"https://kubernetes.default.svc.cluster.local"});
  EXPECT_EQ(made->server.listen.limits.streams_per_connection, 7u);
}

TEST(Options, EtcdServersAreAStore) {
  auto made = options({"--etcd-servers=https://a:2379,https://b:2379", "--etcd-cafile=ca",
                       "--etcd-certfile=c", "--etcd-keyfile=k"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->storage.kind, StorageChoice::Kind::kEtcd);
  EXPECT_EQ(made->storage.etcd.endpoints, (std::vector<std::string>{"https://a:2379", "https://b:2379"}));
  EXPECT_EQ(made->storage.etcd.ca_file, "ca");
  EXPECT_EQ(made->storage.etcd.key_file, "k");
}

TEST(Options, RefuseWhatIsNotThere) {
  EXPECT_FALSE(options({"--etcd-servers=https://a:2379", "--etcd-certfile=c"}));
  EXPECT_FALSE(options({"--authorization-mode=Webhook"}));
  EXPECT_FALSE(options({"--storage=paper"}));
}

TEST(Options, RefuseNonsense) {
  for (const auto* word : {"--secure-port=70000", "--goaway-chance=0.5", "--tls-min-version=SSLv3",
                           "--tls-cert-file=x", "--service-node-port-range=5-4",
                           "--service-node-port-range=x", "--tls-sni-cert-key=c", "--threads=-1"}) {
    EXPECT_FALSE(options({word})) << word;
  }
}

TEST(Options, TakeRbacForAlwaysAllow) {
  auto made = options({"--authorization-mode=Node,RBAC"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->access.modes, std::vector<AuthorizationMode>{AuthorizationMode::kAlwaysAllow});
}

TEST(Options, NamesOfPluginsAreKubernetes) {
  auto made = options({"--enable-admission-plugins=AlwaysDeny", "--disable-admission-plugins=Priority"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->registry.admission_plugins.has("AlwaysDeny"));
  EXPECT_FALSE(made->registry.admission_plugins.has("Priority"));
  auto refused = options({"--enable-admission-plugins=Nope"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "enable-admission-plugins plugin \"Nope\" is unknown");
}

}  // namespace
}  // namespace pedalion::controlplane
