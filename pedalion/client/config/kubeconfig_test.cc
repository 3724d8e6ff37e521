#include "pedalion/client/config/kubeconfig.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pedalion/client/config/url.h"

namespace pedalion::client::config {
namespace {

constexpr std::string_view kFile = R"(apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: c
  cluster: {server: "https://c:6443/base/", certificate-authority: ca.crt, tls-server-name: inner}
- name: open
  cluster: {server: "http://open:8080", proxy-url: "socks5://p:1080", disable-compression: true}
users:
- name: token
  user: {token: t, tokenFile: sub/token, as: jane, as-groups: [g], as-user-extra: {a/b: [v, w]}}
- name: cert
  user: {client-certificate-data: Y2VydA==, client-certificate: gone.crt, client-key: ../k.pem}
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [a, b]
      env: [{name: A, value: "1"}]
      interactiveMode: Never
      provideClusterInfo: true
      installHint: get it
contexts:
- {name: one, context: {cluster: c, user: token, namespace: ns}}
- {name: two, context: {cluster: c, user: cert}}
- {name: three, context: {cluster: open, user: plugin}}
- {name: lost-user, context: {cluster: c, user: who}}
- {name: lost-cluster, context: {cluster: where, user: cert}}
current-context: one
)";

Kubeconfig parsed(std::string_view text = kFile, const std::string& file = "/etc/k/config") {
  auto out = parse_kubeconfig(text, file);
  if (!out) ADD_FAILURE() << out.error().message;
  return out ? *std::move(out) : Kubeconfig();
}

Config chosen(const std::string& context, Overrides overrides = {}) {
  overrides.context = context;
  auto out = config_of(parsed(), overrides);
  if (!out) ADD_FAILURE() << out.error().message;
  return out ? *std::move(out) : Config();
}

std::string failure(Result<Config> result) { return result ? "no failure" : result.error().message; }

TEST(Kubeconfig, ChoosesTheCurrentContext) {
  auto config = chosen("");
  EXPECT_EQ(config.server, "https://c:6443/base/");
  EXPECT_EQ(config.tls.authority.file, "/etc/k/ca.crt");
  EXPECT_EQ(config.tls.server_name, "inner");
  EXPECT_EQ(config.bearer_token, "t");
  EXPECT_EQ(config.bearer_token_file, "/etc/k/sub/token");
  EXPECT_EQ(config.impersonate.user, "jane");
  EXPECT_EQ(config.impersonate.groups, std::vector<std::string>{"g"});
  EXPECT_EQ(config.impersonate.extra.at("a/b"), (std::vector<std::string>{"v", "w"}));
  EXPECT_EQ(config.namespace_name, "ns");
  EXPECT_EQ(config.origin.of_user(), "kubeconfig /etc/k/config, context \"one\", user \"token\": ");
}

TEST(Kubeconfig, ReadsCertificatesAndPlugins) {
  auto two = chosen("two");
  EXPECT_EQ(two.tls.certificate.data, "cert");
  EXPECT_EQ(two.tls.certificate.where(), "inline data");
  EXPECT_EQ(two.tls.key.file, "/etc/k.pem");
  EXPECT_EQ(two.namespace_name, "default");
  auto three = chosen("three");
  ASSERT_TRUE(three.exec.has_value());
  EXPECT_EQ(three.exec->command, "/etc/k/bin/login");
  EXPECT_EQ(three.exec->args, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(three.exec->env.at(0), std::pair(std::string("A"), std::string("1")));
  EXPECT_EQ(three.exec->interactive, ExecConfig::Interactive::kNever);
  EXPECT_TRUE(three.exec->provide_cluster_info);
  EXPECT_EQ(three.proxy_url, "socks5://p:1080");
  EXPECT_TRUE(three.disable_compression);
}

TEST(Kubeconfig, Overrides) {
  Overrides overrides;
  overrides.server = "https://other";
  overrides.insecure = true;
  overrides.token = "mine";
  overrides.namespace_name = "n";
  auto config = chosen("one", overrides);
  EXPECT_EQ(config.server, "https://other");
  EXPECT_TRUE(config.tls.insecure);
  EXPECT_TRUE(config.tls.authority.empty());
  EXPECT_EQ(config.bearer_token, "mine");
  EXPECT_EQ(config.bearer_token_file, "");
  EXPECT_EQ(config.namespace_name, "n");
  Overrides user;
  user.user = "cert";
  EXPECT_EQ(chosen("one", user).tls.certificate.data, "cert");
}

TEST(Kubeconfig, SaysWhatDoesNotExist) {
  Overrides overrides;
  overrides.context = "lost-user";
  EXPECT_EQ(failure(config_of(parsed(), overrides)),
            "kubeconfig /etc/k/config, context \"lost-user\": user \"who\" does not exist");
  overrides.context = "lost-cluster";
  EXPECT_EQ(failure(config_of(parsed(), overrides)),
            "kubeconfig /etc/k/config, context \"lost-cluster\": cluster \"where\" does not exist");
  EXPECT_EQ(failure(config_of(parsed("current-context: gone"))),
            "kubeconfig /etc/k/config: context \"gone\" does not exist");
  EXPECT_EQ(failure(config_of(parsed("contexts: [{name: x}]\ncurrent-context: x", "f"))),
            "kubeconfig f, context \"x\": no server is named");
  EXPECT_EQ(failure(config_of({})), "no configuration: no context is chosen and no server is named");
}

struct WrongFile {
  std::string_view text, message;
};

TEST(Kubeconfig, SaysWhatIsWrongInAFile) {
  const WrongFile table[] = {
      {"- a", "the document: it must be an object"},
      {"kind: Pod", "kind: it must be Config"},
      {"apiVersion: v2", "apiVersion: it must be v1"},
      {"clusters: 5", "clusters: it must be a list"},
      {"clusters: [5]", "clusters[0]: it must be an object"},
      {"clusters: [{name: a, cluster: {server: 5}}]", "clusters[0].cluster.server: it must be a string"},
      {"clusters: [{name: a}, {name: a}]", "clusters: the name \"a\" is there twice"},
      {"clusters: [{name: a, cluster: {certificate-authority-data: '*'}}]",
       "clusters[0].cluster.certificate-authority-data: it must be base64"},
      {"users: [{name: a, user: {as-groups: [1]}}]", "users[0].user.as-groups: it must be a list of strings"},
      {"users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1}}}]",
       "users[0].user.exec.interactiveMode: it must be Never, IfAvailable or Always"},
  };
  for (const auto& [text, message] : table) {
    auto result = parse_kubeconfig(text, "f");
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().message, "kubeconfig f: " + std::string(message)) << text;
    EXPECT_EQ(result.error().code, 400);
  }
  EXPECT_TRUE(parse_kubeconfig("", "f")->empty());
  EXPECT_TRUE(parse_kubeconfig("a: [", "f").error().message.starts_with("kubeconfig f: yaml: "));
}

TEST(Kubeconfig, SaysWhatContradictsItself) {
  const WrongFile table[] = {
      {"insecure-skip-tls-verify: true, server: 'https://a', certificate-authority: x|",
       "kubeconfig f, context \"x\", cluster \"c\": specifying a root certificates file with the insecure "
       "flag is not "
       "allowed"},
      {"|", "kubeconfig f, context \"x\", cluster \"c\": no server is named"},
      {"server: 'ftp://a'|",
       "kubeconfig f, context \"x\", cluster \"c\": server URL \"ftp://a\": unsupported scheme \"ftp\""},
      {"server: a, proxy-url: 'foo://a'|",
       "kubeconfig f, context \"x\", cluster \"c\": unsupported scheme \"foo\", must be http, https, or "
       "socks5"},
      {"server: a|token: t, username: u",
       "kubeconfig f, context \"x\", user \"u\": username/password or bearer token may be set, but not both"},
      {"server: a|client-certificate: x",
       "kubeconfig f, context \"x\", user \"u\": client-key-data or client-key is missing beside the "
       "certificate"},
      {"server: a|as-uid: x",
       "kubeconfig f, context \"x\", user \"u\": requesting uid, groups or user-extra without impersonating "
       "a user"},
      {"server: a|auth-provider: {name: oidc}",
       "kubeconfig f, context \"x\", user \"u\": no Auth Provider found for name \"oidc\""},
      {"server: a|exec: {command: x}",
       "kubeconfig f, context \"x\", user \"u\": exec: apiVersion is missing"},
  };
  for (const auto& [fields, message] : table) {
    auto bar = fields.find('|');
    std::string text = "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    text += "clusters: [{name: c, cluster: {" + std::string(fields.substr(0, bar)) + "}}]\n";
    text += "users: [{name: u, user: {" + std::string(fields.substr(bar + 1)) + "}}]\n";
    EXPECT_EQ(failure(config_of(parsed(text, "f"))), message) << fields;
  }
}

// Files of a folder that goes with the test.
class Files : public testing::Test {
 protected:
  Files()
      : folder_(std::filesystem::temp_directory_path() / ("kubeconfig-test-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    environment_.service_account = folder_ / "account";
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view text) {
    auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  std::filesystem::path folder_;
  Environment environment_;
};

TEST_F(Files, TheFirstFileWins) {
  auto a = write("a/config",
                 "clusters: [{name: c, cluster: {server: 'https://first', certificate-authority: ca}}]");
  auto b = write("b/config",
                 "clusters: [{name: c, cluster: {server: 'https://second'}}]\n"
                 "users: [{name: u, user: {tokenFile: t}}]\n"
                 "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x");
  auto c = write("c/config", "current-context: other");
  environment_.kubeconfig = a + "::" + (folder_ / "missing").string() + ":" + b + ":" + c + ":" + a;
  auto config = load_config({}, {}, environment_);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://first");
  EXPECT_EQ(config->tls.authority.file, folder_ / "a/ca");
  EXPECT_EQ(config->bearer_token_file, folder_ / "b/t");
  EXPECT_EQ(config->origin.cluster_file, a);
  EXPECT_EQ(config->origin.user_file, b);
}

TEST_F(Files, AnExplicitFileMustBeThere) {
  auto path = (folder_ / "missing").string();
  EXPECT_EQ(failure(load_config(path, {}, environment_)),
            "kubeconfig " + path + ": No such file or directory");
  EXPECT_EQ(failure(load_config(folder_, {}, environment_)),
            "kubeconfig " + folder_.string() + ": it is no regular file");
}

TEST_F(Files, TheFileOfTheHomeFolder) {
  write(".kube/config", kFile);
  environment_.home = folder_;
  auto config = load_config({}, {}, environment_);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->tls.authority.file, folder_ / ".kube/ca.crt");
}

TEST_F(Files, InAPod) {
  EXPECT_EQ(failure(in_cluster_config(environment_)),
            "in-cluster: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and "
            "KUBERNETES_SERVICE_PORT must be defined");
  environment_.service_host = "fd00::1";
  environment_.service_port = "443";
  EXPECT_EQ(failure(load_config({}, {}, environment_)),
            "in-cluster: " + environment_.service_account + "/token: No such file or directory");
  auto token = write("account/token", "secret\n");
  auto authority = write("account/ca.crt", "PEM");
  write("account/namespace", "here");
  auto config = load_config({}, {}, environment_);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://[fd00::1]:443");
  EXPECT_EQ(config->bearer_token_file, token);
  EXPECT_EQ(config->tls.authority.file, authority);
  EXPECT_EQ(config->namespace_name, "here");
}

TEST(Url, Parts) {
  auto url = parse_url("HTTPS://u:p%40x@[::1]:8443/a/b", "");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "u");
  EXPECT_EQ(url->password, "p@x");
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(parse_server_url("host", true)->port, 443);
  EXPECT_EQ(parse_server_url("host", false)->scheme, "http");
  EXPECT_EQ(parse_server_url("https://host/base//", true)->path, "/base");
  for (const char* text : {"", "https://", "https://a:0", "https://a:99999", "https://a:b", "https://[::1",
                           "https://a b", "https://a/?x", "https://a/\n", "https://u@a"}) {
    EXPECT_FALSE(parse_server_url(text, true).has_value()) << text;
  }
  EXPECT_EQ(parse_proxy_url("p:1").error().message,
            "unsupported scheme \"\", must be http, https, or socks5");
}

}  // namespace
}  // namespace pedalion::client::config
