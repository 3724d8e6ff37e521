#include "pedalion/storage/etcd3/etcd3_store.h"

#include "pedalion/storage/etcd3/etcd_process.h"
#include "pedalion/storage/testing/store_suite.h"

namespace pedalion::storage::testing {
namespace {

using etcd3::Etcd3Options;
using etcd3::Etcd3Store;
using etcd3::EtcdProcess;

Etcd3Options options_for(const EtcdProcess& etcd) {
  Etcd3Options options;
  options.endpoints = {etcd.endpoint()};
  return options;
}

std::unique_ptr<Store> open_at(const EtcdProcess& etcd) {
  auto store = Etcd3Store::open(options_for(etcd));
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

class EtcdPlace final : public Place {
 public:
  std::unique_ptr<Store> open() override { return open_at(etcd_); }
  bool persistent() const override { return true; }
  bool tells_before_it_answers() const override { return false; }

 private:
  EtcdProcess etcd_;
};

INSTANTIATE_TEST_SUITE_P(Etcd3, StoreSuite,
                         ::testing::Values(StoreUnderTest{"etcd3",
                                                          [] { return std::make_unique<EtcdPlace>(); }}));

}  // namespace
}  // namespace pedalion::storage::testing
