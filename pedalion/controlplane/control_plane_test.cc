#include "pedalion/controlplane/control_plane.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "pedalion/base/task.h"
#include "pedalion/controlplane/kubeconfig.h"
#include "pedalion/controlplane/temporary_directory.h"

namespace pedalion::controlplane {
namespace {

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<Bytes>> read() override { co_return Bytes(std::exchange(text_, {})); }

 private:
  std::string text_;
};

class WholeServer : public testing::Test {
 protected:
  WholeServer() {
    std::ofstream(directory_.path() + "/tokens.csv") << "root,root,u0,\"system:masters\"\n";
    plane_ = make({"--storage=memory"});
  }

  std::unique_ptr<ControlPlane> make(std::vector<std::string> arguments) {
    for (const auto& more :
         {"--cert-dir=" + directory_.path() + "/certs",
          "--token-auth-file=" + directory_.path() + "/tokens.csv",
          "--loopback-kubeconfig=" + directory_.path() + "/admin.kubeconfig",
          "--data-dir=" + directory_.path() + "/data", std::string("--bind-address=127.0.0.1"),
          std::string("--secure-port=0"), std::string("--threads=1")}) {
      arguments.push_back(more);
    }
    auto flags = server::FlagValues::parse(arguments);
    if (!flags) return nullptr;
    auto options = options_from(*flags);
    if (!options) return nullptr;
    auto made = ControlPlane::create(std::move(*options));
    return made ? std::move(*made) : nullptr;
  }

  static http::Response ask(ControlPlane& plane, std::string method, std::string target,
                            std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.add("authorization", "Bearer root");
    if (!body.empty()) request.body = std::make_unique<TextBody>(std::move(body));
    return sync_wait(plane.handler().handle(std::move(request)));
  }
  static std::string body_of(const http::Response& response) {
    std::string body;
    for (const auto& chunk : response.chunks) body += chunk.view();
    return body;
  }
  static void start_and_wait(ControlPlane& plane) {
    auto started = plane.start();
    ASSERT_TRUE(started) << started.error().message;
    std::promise<void> ready;
    plane.when_ready([&] { ready.set_value(); });
    ASSERT_EQ(ready.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<ControlPlane> plane_;
};

TEST_F(WholeServer, ServesWithoutAPort) {
  ASSERT_NE(plane_, nullptr);
  EXPECT_EQ(ask(*plane_, "GET", "/version").status, 200);
  EXPECT_EQ(ask(*plane_, "GET", "/livez/ping").status, 200);
  EXPECT_EQ(ask(*plane_, "GET", "/readyz").status, 500);  // what every cluster has is not there yet
  EXPECT_EQ(ask(*plane_, "GET", "/api/v1").status, 200);
  EXPECT_EQ(ask(*plane_, "GET", "/apis/nope.example.com/v1").status, 404);
  auto index = body_of(ask(*plane_, "GET", "/"));
  for (const auto* path : {"\"/apis/apps/v1\"", "\"/openapi/v3\"", "\"/readyz/shutdown\"", "\"/metrics\""}) {
    EXPECT_NE(index.find(path), std::string::npos) << path;
  }
}

TEST_F(WholeServer, CreatesWhatEveryClusterHasAndThenIsReady) {
  ASSERT_NE(plane_, nullptr);
  start_and_wait(*plane_);
  EXPECT_EQ(body_of(ask(*plane_, "GET", "/readyz")), "ok");
  EXPECT_EQ(ask(*plane_, "GET", "/api/v1/namespaces/kube-system").status, 200);
  EXPECT_EQ(ask(*plane_, "GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin").status, 200);
  auto config = read_kubeconfig(directory_.path() + "/admin.kubeconfig");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server, plane_->url());
}

TEST_F(WholeServer, KeepsTheManagersOfAnObjectThatIsUpdatedInAnotherVersion) {
  ASSERT_NE(plane_, nullptr);
  start_and_wait(*plane_);
  constexpr std::string_view kPath = "/namespaces/default/horizontalpodautoscalers";
  auto made =
      ask(*plane_, "POST", "/apis/autoscaling/v2" + std::string(kPath) + "?fieldManager=first",
          R"({"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"maxReplicas":3}})");
  ASSERT_EQ(made.status, 201) << body_of(made);
  auto written =
      ask(*plane_, "PUT", "/apis/autoscaling/v1" + std::string(kPath) + "/h?fieldManager=second",
          R"({"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"D","name":"d"},"maxReplicas":4}})");
  EXPECT_EQ(written.status, 200);
  for (const char* manager : {R"("manager":"first")", R"("manager":"second")"})
    EXPECT_NE(body_of(written).find(manager), std::string::npos) << body_of(written);
}

TEST_F(WholeServer, KeepsWhatWasWrittenFromOneLifeToTheNext) {
  auto first = make({"--storage=embedded"});
  ASSERT_NE(first, nullptr);
  start_and_wait(*first);
  auto made = ask(*first, "POST", "/api/v1/namespaces/default/configmaps",
                  R"({"metadata":{"name":"kept"},"data":{"a":"b"}})");
  EXPECT_EQ(made.status, 201) << body_of(made);
  EXPECT_EQ(make({"--storage=embedded"}), nullptr);  // the directory is in use
  first->shutdown();
  auto second = make({"--storage=embedded"});
  ASSERT_NE(second, nullptr);
  auto found = ask(*second, "GET", "/api/v1/namespaces/default/configmaps/kept");
  EXPECT_EQ(found.status, 200);
  EXPECT_NE(body_of(found).find(R"("data":{"a":"b"})"), std::string::npos);
}

}  // namespace
}  // namespace pedalion::controlplane
