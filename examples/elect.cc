// Leads when nobody else does, for a moment, and lets the next one lead: leader election by a Lease.
#include <chrono>
#include <iostream>

#include "common.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/tools/leader_election.h"

using namespace pedalion;
using namespace pedalion::client;

Task<void> lead_once(rest::RestClient& client, std::string identity) {
  Signal leading;
  tools::LeaderElectionOptions options;
  options.namespace_name = "default";
  options.name = "elect-example";
  options.identity = std::move(identity);
  options.retry_period = std::chrono::milliseconds(200);
  options.on_started_leading = [&] { leading.notify(); };
  options.on_new_leader = [](const std::string& leader) { std::cout << leader << " leads\n"; };
  options.on_error = [](const Status& status) { std::cerr << status.message << "\n"; };
  tools::LeaderElector elector(client, options);
  elector.start();
  while (!elector.leading()) co_await leading.wait();
  co_await sleep_for(client.loop(), std::chrono::milliseconds(300));  // the work that only one may do
  co_await elector.stop();
  std::cout << "stopped leading\n";
}

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: elect IDENTITY\n", 2;
  auto session = examples::open_session();
  session->wait([&] { return lead_once(session->client(), argv[1]); });
}
