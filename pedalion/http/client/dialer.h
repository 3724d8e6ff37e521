#pragma once
// Opens connections: resolves, connects, shakes hands, and learns which protocol the server speaks.
#include <memory>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"
#include "pedalion/http/client.h"
#include "pedalion/http/client/connection.h"

namespace pedalion::http::client {

/// Belongs to one loop; shared with the dials under way.
class Dialer {
 public:
  virtual ~Dialer() = default;
  /// Fails with 400 when the TLS material is unusable. REQUIRES a loop of this library.
  static Result<std::shared_ptr<Dialer>> create(Loop& loop, const ClientOptions& options);

  /// kUpgrade: the connection will leave HTTP: it speaks HTTP/1.1 only, and no proxy looks into it.
  enum class Use { kRequests, kUpgrade };

  /// Tries the server's addresses in turn. Fails with 503 when none can be connected or trusted, with 504
  /// when the time is over.
  static Task<Result<std::shared_ptr<Connection>>> dial(std::shared_ptr<Dialer> self, Use use);
};

}  // namespace pedalion::http::client
