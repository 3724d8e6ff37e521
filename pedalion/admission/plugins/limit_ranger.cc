#include <algorithm>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/quota/pod_resources.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;
using meta::Quantity;
using quota::container_resources;
using quota::Counting;
using quota::find_amount;
using quota::pod_resources;
using quota::read_resource_list;
using quota::Requirement;
using quota::ResourceList;

constexpr std::string_view kAnnotation = "kubernetes.io/limit-ranger";

/// One entry of a LimitRange.
struct Limit {
  std::string type;
  ResourceList min, max, ratio, defaults, default_requests;

  static Result<Limit> read(const Value& item) {
    Limit limit;
    limit.type = item.string_at({"type"});
    TRY(limit.min, read_resource_list(item.find("min")));
    TRY(limit.max, read_resource_list(item.find("max")));
    TRY(limit.ratio, read_resource_list(item.find("maxLimitRequestRatio")));
    TRY(limit.defaults, read_resource_list(item.find("default")));
    TRY(limit.default_requests, read_resource_list(item.find("defaultRequest")));
    return limit;
  }
};

using Limits = std::vector<Limit>;  // of one LimitRange

/// What is asked for, held against one Limit; each breach is a text. Refers to what it is given.
class Check {
 public:
  Check(const Limit& limit, const ResourceList& requests, const ResourceList& limits,
        std::vector<std::string>& breaches)
      : limit_(limit), requests_(requests), limits_(limits), breaches_(breaches) {}

  void min() {
    for (const auto& [name, least] : limit_.min) {
      std::string rule = "minimum " + name + " usage per " + limit_.type + " is " + least.text();
      const Quantity *request = find_amount(requests_, name), *limit = find_amount(limits_, name);
      if (request == nullptr) {
        breaches_.push_back(rule + ".  No request is specified");
      } else if (*request < least) {
        breaches_.push_back(rule + ", but request is " + request->text());
      } else if (limit != nullptr && *limit < least) {
        breaches_.push_back(rule + ", but limit is " + limit->text());
      }
    }
  }

  void max() {
    for (const auto& [name, most] : limit_.max) {
      std::string rule = max_rule(name, most);
      const Quantity *request = find_amount(requests_, name), *limit = find_amount(limits_, name);
      if (limit == nullptr) {
        breaches_.push_back(rule + ".  No limit is specified");
      } else if (*limit > most) {
        breaches_.push_back(rule + ", but limit is " + limit->text());
      } else if (request != nullptr && *request > most) {
        breaches_.push_back(rule + ", but request is " + request->text());
      }
    }
  }

  /// Of what has requests only.
  void max_request() {
    for (const auto& [name, most] : limit_.max) {
      const Quantity* request = find_amount(requests_, name);
      if (request == nullptr) {
        breaches_.push_back(max_rule(name, most) + ".  No request is specified");
      } else if (*request > most) {
        breaches_.push_back(max_rule(name, most) + ", but request is " + request->text());
      }
    }
  }

  void ratio() {
    for (const auto& [name, most] : limit_.ratio) {
      std::string rule = name + " max limit to request ratio per " + limit_.type + " is " + most.text();
      const Quantity *request = find_amount(requests_, name), *limit = find_amount(limits_, name);
      if (request == nullptr || request->is_zero()) {
        breaches_.push_back(rule + ", but no request is specified or request is 0");
      } else if (limit == nullptr || limit->is_zero()) {
        breaches_.push_back(rule + ", but no limit is specified or limit is 0");
      } else if (double given = ratio_of(*limit, *request); given * 1000 > most.milli_value()) {
        breaches_.push_back(rule + ", but provided ratio is " + std::to_string(given));
      }
    }
  }

 private:
  std::string max_rule(const std::string& name, const Quantity& most) const {
    return "maximum " + name + " usage per " + limit_.type + " is " + most.text();
  }
  static double ratio_of(const Quantity& limit, const Quantity& request) {
    return static_cast<double>(limit.milli_value()) / static_cast<double>(request.milli_value());
  }

  const Limit& limit_;
  const ResourceList &requests_, &limits_;
  std::vector<std::string>& breaches_;
};

/// `text`, or `[text, text]`, each once.
std::string aggregate(const std::vector<std::string>& texts) {
  std::vector<std::string> once;
  for (const auto& text : texts) {
    if (std::ranges::find(once, text) == once.end()) once.push_back(text);
  }
  if (once.size() == 1) return once.front();
  std::string out = "[";
  for (const auto& text : once) out += (out.size() == 1 ? "" : ", ") + text;
  return out + "]";
}

std::span<Value> containers_of(Value& pod, std::string_view list) {
  Value* containers = pod.at({"spec", list});
  return containers == nullptr ? std::span<Value>() : containers->items();
}

/// Gives containers what they do not say, and notes what it gave.
class Defaults {
 public:
  Defaults(json::Document& pod, const Limits& limits) : pod_(pod) {
    for (const Limit& limit : limits) {
      if (limit.type != "Container") continue;
      for (const auto& [name, amount] : limit.default_requests) requests_.insert_or_assign(name, amount);
      for (const auto& [name, amount] : limit.defaults) limits_.insert_or_assign(name, amount);
    }
  }

  /// True when the pod has changed.
  bool give() {
    for (Value& container : containers_of(pod_.root, "containers")) give_to(container, "container");
    for (Value& container : containers_of(pod_.root, "initContainers")) give_to(container, "init container");
    if (notes_.empty()) return false;
    Value& metadata = pod_.root.object_at("metadata", pod_.arena);
    metadata.object_at("annotations", pod_.arena)
        .set(kAnnotation, Value::string("LimitRanger plugin set: " + notes_, pod_.arena), pod_.arena);
    return true;
  }

 private:
  void give_to(Value& container, std::string_view what) {
    note(fill(container, "requests", requests_), "request", container, what);
    note(fill(container, "limits", limits_), "limit", container, what);
  }

  std::string fill(Value& container, std::string_view member, const ResourceList& defaults) {
    std::string names;
    for (const auto& [name, amount] : defaults) {
      const Value* given = container.at({"resources", member, name});
      if (given != nullptr) continue;
      container.object_at("resources", pod_.arena)
          .object_at(member, pod_.arena)
          .set(name, Value::string(amount.text(), pod_.arena), pod_.arena);
      names += (names.empty() ? "" : ", ") + name;
    }
    return names;
  }

  void note(const std::string& names, std::string_view member, const Value& container,
            std::string_view what) {
    if (names.empty()) return;
    if (!notes_.empty()) notes_ += "; ";
    notes_.append(names).append(" ").append(member).append(" for ").append(what);
    notes_.append(" ").append(container.string_at({"name"}));
  }

  json::Document& pod_;
  ResourceList requests_, limits_;
  std::string notes_;
};

Result<void> check_container(const Limit& limit, const Value& container, std::vector<std::string>& breaches) {
  TRY(ResourceList requests, container_resources(container, Requirement::kRequests));
  TRY(ResourceList limits, container_resources(container, Requirement::kLimits));
  Check check(limit, requests, limits, breaches);
  check.min();
  check.max();
  check.ratio();
  return {};
}

Result<void> check_pod(const Limit& limit, Value& pod, std::vector<std::string>& breaches) {
  if (limit.type == "Container") {
    for (std::string_view list : {"containers", "initContainers"}) {
      for (const Value& container : containers_of(pod, list))
        TRY_OK(check_container(limit, container, breaches));
    }
  }
  if (limit.type == "Pod") {
    TRY(ResourceList requests, pod_resources(pod, Requirement::kRequests, Counting::kSpec));
    TRY(ResourceList limits, pod_resources(pod, Requirement::kLimits, Counting::kSpec));
    Check check(limit, requests, limits, breaches);
    check.min();
    check.max();
    check.ratio();
  }
  return {};
}

Result<void> check_claim(const Limit& limit, const Value& claim, std::vector<std::string>& breaches) {
  if (limit.type != "PersistentVolumeClaim") return {};
  TRY(ResourceList requests, read_resource_list(claim.at({"spec", "resources", "requests"})));
  const ResourceList no_limits;
  Check check(limit, requests, no_limits, breaches);
  check.min();
  check.max_request();
  return {};
}

class LimitRanger final : public Plugin {
 public:
  explicit LimitRanger(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "LimitRanger"; }
  bool handles(Operation operation) const override {
    return operation == Operation::kCreate || operation == Operation::kUpdate;
  }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!concerns_limits(attributes) || !attributes.concerns("", "pods")) co_return Result<void>();
    CO_TRY(auto ranges, co_await ranges_of(std::string(attributes.ns)));
    for (const Limits& limits : ranges) {
      if (Defaults(*attributes.object, limits).give()) attributes.has_changed(Attributes::Changed::kAnything);
    }
    co_return Result<void>();
  }

  Task<Result<void>> validate(const Attributes& attributes) override {
    if (!concerns_limits(attributes)) co_return Result<void>();
    CO_TRY(auto ranges, co_await ranges_of(std::string(attributes.ns)));
    Value& object = attributes.object->root;
    for (const Limits& limits : ranges) {
      std::vector<std::string> breaches;
      for (const Limit& limit : limits) {
        CO_TRY_OK(attributes.concerns("", "pods") ? check_pod(limit, object, breaches)
                                                  : check_claim(limit, object, breaches));
      }
      if (!breaches.empty()) co_return std::unexpected(forbidden(attributes, aggregate(breaches)));
    }
    co_return Result<void>();
  }

 private:
  /// New pods, resized ones, and claims; nothing that is being deleted.
  static bool concerns_limits(const Attributes& attributes) {
    bool updates = attributes.operation == Operation::kUpdate;
    if (updates && !attributes.old_object->string_at({"metadata", "deletionTimestamp"}).empty()) return false;
    if (attributes.concerns("", "pods"))
      return updates ? attributes.subresource == "resize" : attributes.subresource.empty();
    return attributes.writes("", "persistentvolumeclaims");
  }

  Task<Result<std::vector<Limits>>> ranges_of(std::string ns) {
    CO_TRY(auto objects, co_await cluster_.list_known({"", "limitranges"}, std::move(ns)));
    std::vector<Limits> ranges;
    for (const auto& object : objects) {
      CO_TRY(json::Document parsed, json::parse(object->json.view()));
      Limits& limits = ranges.emplace_back();
      const Value* items = parsed.root.at({"spec", "limits"});
      if (items == nullptr) continue;
      for (const Value& item : items->items()) {
        CO_TRY(Limit limit, Limit::read(item));
        limits.push_back(std::move(limit));
      }
    }
    co_return ranges;
  }

  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> limit_ranger(Cluster& cluster) { return std::make_unique<LimitRanger>(cluster); }

}  // namespace pedalion::admission::plugins
