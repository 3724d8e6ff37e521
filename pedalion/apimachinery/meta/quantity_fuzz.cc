#include "pedalion/apimachinery/meta/quantity.h"

#include <cstdlib>

/// The canonical text of a quantity is a quantity of the same value, and stays as it is. But 62.5Ki becomes
/// 64000, which does not show that it was binary and becomes 64k: kube-apiserver does the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::meta;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto quantity = Quantity::parse(text);
  if (!quantity) return 0;
  std::string written = quantity->text();
  auto again = Quantity::parse(written);
  if (!again || *again != *quantity) std::abort();
  if (again->format() == quantity->format() && again->text() != written) std::abort();
  auto sum = *quantity;
  sum -= *quantity;
  if (!sum.is_zero() || (-*quantity).sign() != -quantity->sign()) std::abort();
  quantity->milli_value();
  return 0;
}
