#pragma once
// Makes and removes the pods of controllers, tells people of it, and remembers what has been asked for and
// has not been seen yet.
#include <functional>
#include <string>
#include <vector>

#include "pedalion/controllers/claims.h"
#include "pedalion/controllers/controller.h"
#include "pedalion/controllers/expectations.h"
#include "pedalion/controllers/pods.h"

namespace pedalion::controllers {

/// Belongs to the loop. `key` is namespace/name of the owner.
class PodControl {
 public:
  /// `component` is who tells of it in events.
  PodControl(const Context& context, std::string component);

  /// Calls `look` with the owner's key for each change of a pod whose controller has that kind, `orphan` for
  /// pods that have none. The informer's handlers refer to this object.
  void follow(client::informer::Informer& pods, std::string kind,
              std::function<void(const std::string& key)> look,
              std::function<void(const client::api::Object& pod)> orphan);

  /// `count` pods: one, then twice as many with each step that goes well. Fails with the first that did not.
  Task<Result<void>> create(std::string key, OwnerObject owner, int count, Bytes pod);
  Task<Result<void>> create(std::string key, OwnerObject owner, std::vector<Bytes> pods);
  Task<Result<void>> remove(std::string key, OwnerObject owner, std::vector<PodView> pods);

  Expectations& expectations() { return expectations_; }

 private:
  Task<void> create_one(std::string key, const OwnerObject* owner, Bytes pod, std::optional<Status>* problem);
  Task<void> remove_one(std::string key, const OwnerObject* owner, PodView pod,
                        std::optional<Status>* problem);
  void tell(const OwnerObject& owner, EventSink::Type type, std::string_view reason, std::string message);
  void saw(const client::api::Object& pod, bool added, bool gone);

  Context context_;
  std::string component_, kind_;
  std::function<void(const std::string& key)> look_;
  std::function<void(const client::api::Object& pod)> orphan_;
  Expectations expectations_;
};

}  // namespace pedalion::controllers
