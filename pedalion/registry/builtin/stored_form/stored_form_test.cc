#include "pedalion/registry/builtin/stored_form/stored_form.h"

#include <gtest/gtest.h>

#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin::stored_form {
namespace {

constexpr std::string_view kConfigMap =
    R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u"},"data":{"b":"2","a":"1"}})";
constexpr std::string_view kKey = "/registry/configmaps/n/a";

/// The same, as kube-apiserver writes it: magic, runtime.Unknown {typeMeta, raw, contentEncoding,
/// contentType}.
std::string config_map_in_etcd() {
  // metadata: name, generateName, namespace, selfLink, uid, resourceVersion, generation, creationTimestamp.
  std::string metadata = std::string("\x0a\x01") + "a" + std::string("\x12\x00\x1a\x01", 4) + "n" +
                         std::string("\x22\x00\x2a\x01", 4) + "u" +
                         std::string("\x32\x00\x38\x00\x42\x00", 6);
  std::string raw = std::string("\x0a") + static_cast<char>(metadata.size()) + metadata + "\x12\x06\x0a\x01" +
                    "a" + "\x12\x01" + "1" + "\x12\x06\x0a\x01" + "b" + "\x12\x01" + "2";
  std::string type = std::string("\x0a\x02") + "v1" + "\x12\x09" + "ConfigMap";
  return std::string("k8s\0", 4) + "\x0a" + static_cast<char>(type.size()) + type + "\x12" +
         static_cast<char>(raw.size()) + raw + std::string("\x1a\x00\x22\x00", 4);
}

Bytes bytes(std::string_view text) { return Bytes(std::string(text)); }

class StoredForm : public ::testing::Test {
 protected:
  std::string json_of(std::string_view key, std::string_view stored) {
    auto json = transcoder_.to_json(key, bytes(stored));
    return json ? std::string(json->view()) : "error: " + json.error().message;
  }

  scheme::Scheme scheme_;
  Transcoder transcoder_{scheme_, "/registry"};
  std::unique_ptr<storage::Store> below_ = storage::memory::make_store({});
  TranscodingStore store_{*below_, transcoder_};
};

TEST_F(StoredForm, IsByteForByteWhatKubernetesWrites) {
  auto stored = transcoder_.to_stored(kKey, bytes(kConfigMap));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->view(), config_map_in_etcd());
}

TEST_F(StoredForm, ComesBackInGosOrder) {
  EXPECT_EQ(
      json_of(kKey, config_map_in_etcd()),
      R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u"},"data":{"a":"1","b":"2"}})");
}

TEST_F(StoredForm, JsonThatOthersWroteIsReadToo) {
  EXPECT_EQ(
      json_of(kKey, R"({"metadata":{"resourceVersion":"5","name":"a"},"apiVersion":"v1","kind":"ConfigMap"})"
                    "\n"),
      R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}})");
}

TEST_F(StoredForm, WhatExtendsTheApiStaysJson) {
  constexpr std::string_view kService =
      R"({"kind":"APIService","apiVersion":"apiregistration.k8s.io/v1","metadata":{"name":"v1.x"},"spec":{}})";
  auto stored = transcoder_.to_stored("/registry/apiregistration.k8s.io/apiservices/v1.x", bytes(kService));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->view(), kService);
}

TEST_F(StoredForm, KeysOfNoResourceAreLeftAlone) {
  EXPECT_EQ(transcoder_.to_stored("/registry/claims/ip", bytes("x"))->view(), "x");
  EXPECT_EQ(json_of("/registry/claims/ip", "x"), "x");
}

TEST_F(StoredForm, CorruptValuesSayWhichKey) {
  for (std::string_view value : {std::string_view("k8s\0\xff", 5), std::string_view("garbage")}) {
    std::string text = json_of(kKey, value);
    EXPECT_TRUE(text.starts_with("error: ")) << text;
    EXPECT_NE(text.find(kKey), text.npos) << text;
  }
}

TEST_F(StoredForm, StrangeKindsAreRefused) {
  std::string stored = config_map_in_etcd();
  stored.replace(stored.find("ConfigMap"), 9, "ConfigMop");
  EXPECT_NE(json_of(kKey, stored).find("no kind \"ConfigMop\" is registered"), std::string::npos);
}

struct Collecting final : storage::WatchSink {
  void on_events(std::vector<storage::Event> batch) override {
    for (auto& event : batch) events.push_back(std::move(event));
  }
  void on_progress(storage::Revision) override {}
  void on_error(Status) override {}
  std::vector<storage::Event> events;
};

TEST_F(StoredForm, TheStoreBelowHoldsProtobufAndThoseAboveSeeJson) {
  Collecting sink;
  auto watch = store_.watch("/registry/configmaps/", 1, sink);
  ASSERT_TRUE(watch);
  auto revision = sync_wait(store_.create(std::string(kKey), bytes(kConfigMap), {}));
  ASSERT_TRUE(revision);
  EXPECT_TRUE(
      sync_wait(below_->get(std::string(kKey)))->value.view().starts_with(std::string_view("k8s\0", 4)));
  EXPECT_TRUE(sync_wait(store_.get(std::string(kKey)))->value.view().starts_with(R"({"kind":"ConfigMap")"));
  EXPECT_TRUE(sync_wait(store_.list("/registry/", {}))->entries[0].value.view().starts_with('{'));
  ASSERT_TRUE(sync_wait(store_.update(std::string(kKey), bytes(kConfigMap), *revision, {})));
  ASSERT_EQ(sink.events.size(), 2u);
  EXPECT_TRUE(sink.events[1].value.view().starts_with('{'));
  EXPECT_TRUE(sink.events[1].previous_value.view().starts_with('{'));
}

}  // namespace
}  // namespace pedalion::registry::builtin::stored_form
