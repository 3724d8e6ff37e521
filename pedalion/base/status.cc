#include "pedalion/base/status.h"

namespace pedalion {

Status& Status::operator=(const Status& other) {
  if (this == &other) return *this;
  code = other.code;
  reason = other.reason;
  message = other.message;
  continue_token = other.continue_token;
  details_ = other.details_ ? std::make_unique<StatusDetails>(*other.details_) : nullptr;
  return *this;
}

StatusDetails& Status::mutable_details() {
  if (!details_) details_ = std::make_unique<StatusDetails>();
  return *details_;
}

}  // namespace pedalion
