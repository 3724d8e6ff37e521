#include <cstdlib>

#include "pedalion/client/config/kubeconfig.h"

/// Whatever a file holds: a Config, or a message that names the file. A Config that is made passes check().
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::client::config;
  auto kubeconfig = parse_kubeconfig({reinterpret_cast<const char*>(data), size}, "/folder/file");
  if (!kubeconfig) {
    if (kubeconfig.error().code != 400 ||
        !kubeconfig.error().message.starts_with("kubeconfig /folder/file: ")) {
      std::abort();
    }
    return 0;
  }
  Overrides overrides;
  for (const auto& [name, context] : kubeconfig->contexts) {
    overrides.context = name;
    auto config = config_of(*kubeconfig, overrides);
    if (config ? !check(*config) : config.error().code != 400) std::abort();
    // The name "" chooses the current context.
    if (!config && !name.empty() && config.error().message.find("kubeconfig /folder/file") != 0) std::abort();
  }
  return 0;
}
