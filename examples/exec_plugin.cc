// Asks a server who it takes us for, with a kubeconfig whose user is what a program answers (a credential
// plugin).
#include <iostream>

#include "common.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/client/config/kubeconfig.h"

using namespace pedalion;
using namespace pedalion::client;

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: exec_plugin KUBECONFIG CONTEXT\n", 2;
  config::Overrides overrides;
  overrides.context = argv[2];
  auto config = examples::or_fail(config::load_config(argv[1], overrides));
  auto session = examples::or_fail(config::Session::open(config));
  auto response = examples::or_fail(session->wait([&] {
    return session->client()
        .post()
        .path("/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .body(Bytes::of_static(R"({"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"})"))
        .send();
  }));
  auto review = examples::or_fail(json::parse(response.body.view()));
  std::cout << "I am " << review.root.string_at({"status", "userInfo", "username"}) << "\n";
}
