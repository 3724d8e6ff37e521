#!/usr/bin/env python3
"""The controllers in a server's process, seen through kubectl and the API: what they make, keep and take away.

  controllers.py --binary build/release/bin/pedalion --kubectl .cache/kubectl/kubectl [--only REGEX]
"""
import argparse
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.server import Server  # noqa: E402

CASES = []
POD = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1"}]}}


def case(function):
    CASES.append(function)
    return function


class Cluster:
    def __init__(self, server, kubectl):
        self.server, self.kubectl_path = server, kubectl
        self.local = threading.local()

    def kubectl(self, *words, data=None):
        done = subprocess.run([self.kubectl_path, "--kubeconfig", self.server.kubeconfig, *words], text=True, capture_output=True,
                              input=json.dumps(data) if data is not None else None, timeout=120)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, method, path, body=None, content_type="application/json"):
        """(status, tree), on a connection that is kept."""
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30,
                                                                context=ssl._create_unverified_context())
        self.local.connection.request(method, path, json.dumps(body) if body is not None else None,
                                      {"Authorization": "Bearer admin-token", "Content-Type": content_type})
        answer = self.local.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if answer.getheader("Content-Type", "").startswith("application/json") else text

    def get(self, path):
        status, tree = self.ask("GET", path)
        return tree if status == 200 else None

    def create(self, path, body):
        status, tree = self.ask("POST", path, body)
        assert status == 201, tree
        return tree

    def until(self, what, condition, seconds=15):
        end = time.time() + seconds
        while time.time() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {what}")

    def namespace(self, name):
        self.create("/api/v1/namespaces", {"metadata": {"name": name}})
        return f"/api/v1/namespaces/{name}", f"/apis/apps/v1/namespaces/{name}"


class Kubelet:
    """Says of the pods of a namespace that they run and are ready."""

    def __init__(self, cluster, namespace):
        self.cluster, self.path, self.over = cluster, f"/api/v1/namespaces/{namespace}/pods", threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}
        while not self.over.wait(0.03):
            for pod in (self.cluster.get(self.path) or {"items": []})["items"]:
                if pod["status"].get("phase") != "Running":
                    self.cluster.ask("PATCH", f"{self.path}/{pod['metadata']['name']}/status", {"status": status},
                                     "application/merge-patch+json")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def deployment(name="web", replicas=3, **spec):
    return {"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": POD, **spec}}


@case
def a_namespace_has_its_account_and_its_root_ca_at_once(cluster):
    times = []
    for number in range(20):
        core, _ = cluster.namespace(f"at-once-{number}")
        began = time.time()
        cluster.until("default", lambda: cluster.get(core + "/serviceaccounts/default"))
        authority = cluster.until("kube-root-ca.crt", lambda: cluster.get(core + "/configmaps/kube-root-ca.crt"))
        times.append(time.time() - began)
        assert "BEGIN CERTIFICATE" in authority["data"]["ca.crt"], authority
    print(f"     account and root CA after {sorted(times)[10] * 1000:.0f} ms, at most {max(times) * 1000:.0f} ms")
    assert sorted(times)[10] < 0.05, times
    cluster.ask("DELETE", core + "/serviceaccounts/default")
    cluster.until("it comes back", lambda: cluster.get(core + "/serviceaccounts/default"))
    cluster.ask("PATCH", core + "/configmaps/kube-root-ca.crt", {"data": {"ca.crt": "wrong"}}, "application/merge-patch+json")
    cluster.until("it is put right", lambda: "BEGIN" in cluster.get(core + "/configmaps/kube-root-ca.crt")["data"]["ca.crt"])


@case
def a_namespace_full_of_objects_ends(cluster):
    core, apps = cluster.namespace("full")
    for number in range(20):
        cluster.create(core + "/configmaps", {"metadata": {"name": f"c{number}"}})
        cluster.create(core + "/secrets", {"metadata": {"name": f"s{number}"}})
    cluster.create(apps + "/deployments", deployment())
    cluster.create(core + "/services", {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    cluster.until("three pods", lambda: len(cluster.get(core + "/pods")["items"]) == 3)
    began = time.time()
    cluster.kubectl("delete", "namespace", "full", "--timeout=30s")
    print(f"     ended after {time.time() - began:.2f} s")
    assert cluster.get(core) is None
    assert cluster.get("/api/v1/namespaces/full/configmaps")["items"] == []


@case
def a_namespace_says_what_it_waits_for(cluster):
    core, _ = cluster.namespace("waits")
    cluster.create(core + "/configmaps", {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}})
    cluster.ask("DELETE", core)

    def condition(kind):
        found = cluster.get(core)
        return next((c for c in (found or {}).get("status", {}).get("conditions", []) if c["type"] == kind), {"status": "", "message": ""})
    cluster.until("its condition", lambda: condition("NamespaceFinalizersRemaining")["status"] == "True")
    assert condition("NamespaceContentRemaining")["message"] == "Some resources are remaining: configmaps. has 1 resource instances"
    assert condition("NamespaceDeletionDiscoveryFailure")["status"] == "False"
    cluster.ask("PATCH", core + "/configmaps/held", {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    cluster.until("its end", lambda: cluster.get(core) is None, 30)


def owned_by_each_other(cluster, core):
    """top <- middle <- two leaves."""
    def make(name, owner=None):
        metadata = {"name": name}
        if owner:
            metadata["ownerReferences"] = [{"apiVersion": "v1", "kind": "ConfigMap", "name": owner["metadata"]["name"],
                                            "uid": owner["metadata"]["uid"], "blockOwnerDeletion": True, "controller": True}]
        return cluster.create(core + "/configmaps", {"metadata": metadata})
    middle = make("middle", make("top"))
    make("leaf", middle), make("leaf2", middle)


def names(cluster, path):
    return sorted(item["metadata"]["name"] for item in cluster.get(path)["items"] if item["metadata"]["name"] != "kube-root-ca.crt")


@case
def dependents_go_with_their_owners(cluster):
    core, _ = cluster.namespace("owners")
    for way in ("background", "foreground"):
        owned_by_each_other(cluster, core)
        cluster.kubectl("-n", "owners", "delete", "configmap", "top", f"--cascade={way}", "--timeout=20s")
        cluster.until(f"nothing is left after {way}", lambda: names(cluster, core + "/configmaps") == [])


@case
def orphans_are_let_go(cluster):
    core, _ = cluster.namespace("orphans")
    owned_by_each_other(cluster, core)
    cluster.kubectl("-n", "orphans", "delete", "configmap", "top", "--cascade=orphan", "--timeout=20s")
    assert names(cluster, core + "/configmaps") == ["leaf", "leaf2", "middle"]
    assert "ownerReferences" not in cluster.get(core + "/configmaps/middle")["metadata"]
    assert len(cluster.get(core + "/configmaps/leaf")["metadata"]["ownerReferences"]) == 1


@case
def an_owner_that_is_not_there_is_none(cluster):
    core, _ = cluster.namespace("absent")
    other, _ = cluster.namespace("elsewhere")
    far = cluster.create(other + "/configmaps", {"metadata": {"name": "far"}})
    near = cluster.create(core + "/configmaps", {"metadata": {"name": "near"}})

    def owner(name, uid):
        return {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid}
    nobody = owner("nobody", "11111111-2222-3333-4444-555555555555")
    for name, owners in (("absent", [nobody]), ("wrong-uid", [owner("near", nobody["uid"])]), ("across", [owner("far", far["metadata"]["uid"])]),
                         ("kept", [nobody, owner("near", near["metadata"]["uid"])])):
        cluster.create(core + "/configmaps", {"metadata": {"name": name, "ownerReferences": owners}})
    cluster.until("only what has an owner is left", lambda: names(cluster, core + "/configmaps") == ["kept", "near"])
    cluster.until("the other reference is dropped", lambda: len(cluster.get(core + "/configmaps/kept")["metadata"]["ownerReferences"]) == 1)
    cluster.until("an event", lambda: [e for e in cluster.get(core + "/events")["items"] if e["reason"] == "OwnerRefInvalidNamespace"])


@case
def a_deployment_rolls_out(cluster):
    core, apps = cluster.namespace("rollout")
    cluster.create(apps + "/deployments", deployment())
    with Kubelet(cluster, "rollout"):
        assert "successfully rolled out" in cluster.kubectl("-n", "rollout", "rollout", "status", "deployment/web", "--timeout=20s")
        cluster.kubectl("-n", "rollout", "set", "image", "deployment/web", "c=nginx:2")
        assert "successfully rolled out" in cluster.kubectl("-n", "rollout", "rollout", "status", "deployment/web", "--timeout=20s")
        sets = cluster.get(apps + "/replicasets")["items"]
        assert sorted(s["spec"]["replicas"] for s in sets) == [0, 3], sets
        assert cluster.get(apps + "/deployments/web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
        cluster.kubectl("-n", "rollout", "rollout", "undo", "deployment/web")
        cluster.kubectl("-n", "rollout", "rollout", "status", "deployment/web", "--timeout=20s")
        images = cluster.until("three old pods", lambda: pods_of_image(cluster, core, "nginx:1", 3))
        assert images and cluster.get(apps + "/deployments/web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
        assert len(cluster.get(apps + "/replicasets")["items"]) == 2
        cluster.kubectl("-n", "rollout", "scale", "deployment/web", "--replicas=5")
        cluster.kubectl("-n", "rollout", "rollout", "status", "deployment/web", "--timeout=20s")
        assert len(cluster.get(core + "/pods")["items"]) == 5
    status = cluster.get(apps + "/deployments/web")["status"]
    assert {c["type"]: c["reason"] for c in status["conditions"]} == {
        "Available": "MinimumReplicasAvailable", "Progressing": "NewReplicaSetAvailable"}, status


def pods_of_image(cluster, core, image, count):
    pods = [p for p in cluster.get(core + "/pods")["items"] if "deletionTimestamp" not in p["metadata"]]
    return len(pods) == count and all(p["spec"]["containers"][0]["image"] == image for p in pods)


@case
def a_rollout_that_cannot_go_on_keeps_what_works(cluster):
    core, apps = cluster.namespace("stuck")
    cluster.create(apps + "/deployments", deployment(replicas=4, progressDeadlineSeconds=2, minReadySeconds=0,
                                                     strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}))
    with Kubelet(cluster, "stuck"):
        cluster.kubectl("-n", "stuck", "rollout", "status", "deployment/web", "--timeout=20s")
    cluster.kubectl("-n", "stuck", "set", "image", "deployment/web", "c=nginx:bad")
    cluster.until("one new pod", lambda: len(cluster.get(core + "/pods")["items"]) == 5)

    def reason():
        return {c["type"]: c["reason"] for c in cluster.get(apps + "/deployments/web")["status"]["conditions"]}.get("Progressing")
    cluster.until("its deadline", lambda: reason() == "ProgressDeadlineExceeded")
    assert len(cluster.get(core + "/pods")["items"]) == 5
    assert cluster.get(apps + "/deployments/web")["status"]["availableReplicas"] == 4


@case
def recreate_ends_old_pods_first(cluster):
    core, apps = cluster.namespace("recreate")
    cluster.create(apps + "/deployments", deployment(replicas=2, strategy={"type": "Recreate"}))
    with Kubelet(cluster, "recreate"):
        cluster.kubectl("-n", "recreate", "rollout", "status", "deployment/web", "--timeout=20s")
        cluster.kubectl("-n", "recreate", "set", "image", "deployment/web", "c=nginx:2")
        cluster.kubectl("-n", "recreate", "rollout", "status", "deployment/web", "--timeout=20s")
        assert pods_of_image(cluster, core, "nginx:2", 2)


@case
def a_paused_deployment_waits(cluster):
    core, apps = cluster.namespace("paused")
    cluster.create(apps + "/deployments", deployment(replicas=1))
    with Kubelet(cluster, "paused"):
        cluster.kubectl("-n", "paused", "rollout", "status", "deployment/web", "--timeout=20s")
        cluster.kubectl("-n", "paused", "rollout", "pause", "deployment/web")
        cluster.kubectl("-n", "paused", "set", "image", "deployment/web", "c=nginx:2")
        time.sleep(0.5)
        assert pods_of_image(cluster, core, "nginx:1", 1)
        cluster.kubectl("-n", "paused", "rollout", "resume", "deployment/web")
        cluster.kubectl("-n", "paused", "rollout", "status", "deployment/web", "--timeout=20s")
        assert pods_of_image(cluster, core, "nginx:2", 1)


@case
def a_deployment_goes_in_three_ways(cluster):
    core, apps = cluster.namespace("cascade")
    for way, left in (("background", 0), ("foreground", 0), ("orphan", 1)):
        cluster.create(apps + "/deployments", deployment(replicas=2))
        cluster.until("two pods", lambda: len(cluster.get(core + "/pods")["items"]) == 2)
        cluster.kubectl("-n", "cascade", "delete", "deployment", "web", f"--cascade={way}", "--timeout=20s")
        cluster.until(f"{left} sets are left after {way}", lambda: len(cluster.get(apps + "/replicasets")["items"]) == left)
        cluster.until("their pods", lambda: len(cluster.get(core + "/pods")["items"]) == 2 * left)
    # What has been let go is taken in by another that selects it.
    adopted = cluster.create(apps + "/deployments", deployment(replicas=2))
    cluster.until("adoption", lambda: [s for s in cluster.get(apps + "/replicasets")["items"]
                                       if s["metadata"].get("ownerReferences", [{}])[0].get("uid") == adopted["metadata"]["uid"]])
    assert len(cluster.get(apps + "/replicasets")["items"]) == 1


@case
def a_set_lets_pods_go_and_takes_them(cluster):
    core, apps = cluster.namespace("claims")
    cluster.create(core + "/pods", {"metadata": {"name": "own", "labels": {"app": "web"}}, "spec": POD["spec"]})
    cluster.create(apps + "/replicasets", deployment(replicas=2))
    cluster.until("two pods", lambda: len(cluster.get(core + "/pods")["items"]) == 2)
    assert cluster.get(core + "/pods/own")["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"
    cluster.ask("PATCH", core + "/pods/own", {"metadata": {"labels": {"app": "other"}}}, "application/merge-patch+json")
    cluster.until("another in its place", lambda: len(cluster.get(core + "/pods")["items"]) == 3)
    cluster.until("it is let go", lambda: "ownerReferences" not in cluster.get(core + "/pods/own")["metadata"])


@case
def a_service_says_where_its_pods_are(cluster):
    core, apps = cluster.namespace("service")
    cluster.create(core + "/services", {"metadata": {"name": "web"}, "spec": {
        "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}})
    slices = "/apis/discovery.k8s.io/v1/namespaces/service/endpointslices"

    def addresses():
        return sorted(e["addresses"][0] for s in cluster.get(slices)["items"] for e in s.get("endpoints") or [] if e["conditions"]["ready"])

    def ready_in_endpoints():
        found = cluster.get(core + "/endpoints/web") or {}
        return sorted(a["ip"] for s in found.get("subsets", []) for a in s.get("addresses", []))
    cluster.until("an empty slice", lambda: len(cluster.get(slices)["items"]) == 1)
    for number in (1, 2):
        cluster.create(core + "/pods", {"metadata": {"name": f"p{number}", "labels": {"app": "web"}}, "spec": POD["spec"]})
        ip = f"10.9.8.{number}"
        status = {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "conditions": [{"type": "Ready", "status": "True"}]}
        cluster.ask("PATCH", f"{core}/pods/p{number}/status", {"status": status}, "application/merge-patch+json")
    for what in (addresses, ready_in_endpoints):
        cluster.until("both pods", lambda: what() == ["10.9.8.1", "10.9.8.2"])
    assert cluster.get(slices)["items"][0]["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    cluster.ask("DELETE", core + "/pods/p1", {"gracePeriodSeconds": 0})
    for what in (addresses, ready_in_endpoints):
        cluster.until("one pod", lambda: what() == ["10.9.8.2"])
    cluster.ask("DELETE", core + "/services/web")
    cluster.until("no endpoints", lambda: cluster.get(core + "/endpoints/web") is None)
    cluster.until("no slices", lambda: cluster.get(slices)["items"] == [])


def end_pod(cluster, core, name, phase):
    cluster.ask("PATCH", f"{core}/pods/{name}/status", {"status": {"phase": phase}}, "application/merge-patch+json")


def running(cluster, core):
    return sorted(p["metadata"]["name"] for p in cluster.get(core + "/pods")["items"]
                  if p["status"].get("phase") not in ("Succeeded", "Failed") and "deletionTimestamp" not in p["metadata"])


def job(name, **spec):
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}}
    return {"metadata": {"name": name}, "spec": {"template": pod, **spec}}


@case
def a_job_completes(cluster):
    core, _ = cluster.namespace("jobs")
    path = "/apis/batch/v1/namespaces/jobs/jobs"
    cluster.create(path, job("good", completions=3, parallelism=2))
    for _ in range(3):
        pods = cluster.until("pods that run", lambda: running(cluster, core))
        assert len(pods) <= 2
        end_pod(cluster, core, pods[0], "Succeeded")
        cluster.until("it is seen", lambda: pods[0] not in running(cluster, core))
    cluster.kubectl("-n", "jobs", "wait", "job/good", "--for=condition=Complete", "--timeout=20s")
    status = cluster.get(path + "/good")["status"]
    assert status["succeeded"] == 3 and "active" not in status, status
    assert all("finalizers" not in p["metadata"] for p in cluster.get(core + "/pods")["items"])
    cluster.ask("PATCH", path + "/good", {"spec": {"ttlSecondsAfterFinished": 1}}, "application/merge-patch+json")
    cluster.until("the job goes by itself", lambda: cluster.get(path + "/good") is None)
    cluster.until("no pods", lambda: cluster.get(core + "/pods")["items"] == [])


@case
def a_job_fails_and_another_has_indexes(cluster):
    core, _ = cluster.namespace("indexes")
    path = "/apis/batch/v1/namespaces/indexes/jobs"
    cluster.create(path, job("bad", backoffLimit=0))
    end_pod(cluster, core, cluster.until("a pod", lambda: running(cluster, core))[0], "Failed")
    cluster.kubectl("-n", "indexes", "wait", "job/bad", "--for=condition=Failed", "--timeout=20s")
    cluster.create(path, job("indexed", completions=3, parallelism=3, completionMode="Indexed"))
    pods = cluster.until("three pods", lambda: len(running(cluster, core)) == 3 and running(cluster, core))
    assert [name.rsplit("-", 1)[0] for name in pods] == ["indexed-0", "indexed-1", "indexed-2"], pods
    end_pod(cluster, core, pods[1], "Succeeded")
    cluster.until("its index", lambda: cluster.get(path + "/indexed")["status"].get("completedIndexes") == "1")
    cluster.ask("PATCH", path + "/indexed", {"spec": {"suspend": True}}, "application/merge-patch+json")
    cluster.until("no pods that run", lambda: running(cluster, core) == [])
    cluster.ask("PATCH", path + "/indexed", {"spec": {"suspend": False}}, "application/merge-patch+json")
    for pod in cluster.until("two pods", lambda: len(running(cluster, core)) == 2 and running(cluster, core)):
        end_pod(cluster, core, pod, "Succeeded")
    cluster.kubectl("-n", "indexes", "wait", "job/indexed", "--for=condition=Complete", "--timeout=20s")
    cluster.create(path, job("going", parallelism=1))
    cluster.until("a pod", lambda: running(cluster, core))
    cluster.kubectl("delete", "namespace", "indexes", "--timeout=30s")


@case
def a_quota_says_what_is_used(cluster):
    core, _ = cluster.namespace("quota")
    cluster.create(core + "/configmaps", {"metadata": {"name": "before"}})
    cluster.until("the root CA", lambda: cluster.get(core + "/configmaps/kube-root-ca.crt"))
    hard = {"pods": "2", "requests.cpu": "1", "count/configmaps": "3"}
    cluster.create(core + "/resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": hard}})

    def used():
        return cluster.get(core + "/resourcequotas/q")["status"].get("used")
    cluster.until("its use", lambda: used() == {"pods": "0", "requests.cpu": "0", "count/configmaps": "2"})

    def pod(name):
        container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "500m"}}}
        return {"metadata": {"name": name}, "spec": {"containers": [container]}}
    cluster.create(core + "/pods", pod("a"))
    cluster.create(core + "/pods", pod("b"))
    assert used() == {"pods": "2", "requests.cpu": "1", "count/configmaps": "2"}, used()
    status, refused = cluster.ask("POST", core + "/pods", pod("c"))
    assert status == 403 and "exceeded quota: q" in refused["message"], refused
    cluster.ask("DELETE", core + "/pods/a")
    cluster.until("room", lambda: used()["pods"] == "1" and used()["requests.cpu"] == "500m")
    cluster.create(core + "/pods", pod("c"))
    cluster.ask("PATCH", core + "/resourcequotas/q", {"spec": {"hard": {"pods": "5", "requests.cpu": None}}},
                "application/merge-patch+json")
    cluster.until("the new limits", lambda: used() == {"pods": "2", "count/configmaps": "2"})
    cluster.kubectl("delete", "namespace", "quota", "--timeout=30s")


@case
def cluster_roles_are_made_of_others(cluster):
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    cluster.create(path, {"metadata": {"name": "whole"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"part": "yes"}}]}})
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    cluster.create(path, {"metadata": {"name": "part", "labels": {"part": "yes"}}, "rules": [rule]})
    cluster.until("its rules", lambda: cluster.get(path + "/whole").get("rules") == [rule])
    assert cluster.get(path + "/view")["rules"], "view is made of others, too"
    cluster.ask("DELETE", path + "/part")
    cluster.until("none", lambda: not cluster.get(path + "/whole").get("rules"))


@case
def they_run_in_a_process_of_their_own(cluster):
    with Server(cluster.server.binary) as server:
        process = subprocess.Popen([server.binary, "controllers", "--kubeconfig", server.kubeconfig], stderr=subprocess.DEVNULL)
        try:
            other = Cluster(server, cluster.kubectl_path)
            core, apps = other.namespace("apart")
            other.until("default", lambda: other.get(core + "/serviceaccounts/default"))
            assert "BEGIN" in other.until("root CA", lambda: other.get(core + "/configmaps/kube-root-ca.crt"))["data"]["ca.crt"]
            other.create(apps + "/deployments", deployment(replicas=2))
            other.until("two pods", lambda: len(other.get(core + "/pods")["items"]) == 2)
            other.kubectl("delete", "namespace", "apart", "--timeout=30s")
        finally:
            process.terminate()
            assert process.wait(10) == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--kubectl", default=".cache/kubectl/kubectl")
    parser.add_argument("--storage", default="embedded")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    failed = 0
    with Server(arguments.binary, storage=arguments.storage, flags=["--controllers=*"]) as server:
        cluster = Cluster(server, arguments.kubectl)
        for function in [c for c in CASES if re.search(arguments.only, c.__name__)]:
            try:
                function(cluster)
                print(f"ok   {function.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {function.__name__}\n{traceback.format_exc(limit=3)}", flush=True)
        if failed:
            print(server.log_tail(20))
    sys.exit(1 if failed else 0)


main()
