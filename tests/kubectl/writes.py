"""What writes mean: server-side apply, dry runs, strict decoding, eviction, roll-outs, and helm."""
import json
import os
import threading

from harness import MANIFESTS, case, has

CHART = os.path.join(os.path.dirname(MANIFESTS), "chart")


def create(k, *objects):
    for item in objects:
        k.run("create", "-f", "-", stdin=json.dumps(item))


@case
def server_side_apply(k):
    file = os.path.join(MANIFESTS, "web.yaml")
    with open(file) as manifest:
        text = manifest.read()
    has(k(f"apply --server-side -f {file}"), "deployment.apps/web serverside-applied", "service/web serverside-applied")
    before = k.json("get deployment web")["metadata"]
    k(f"apply --server-side -f {file}")
    after = k.json("get deployment web")["metadata"]
    assert before["resourceVersion"] == after["resourceVersion"], "a second apply of the same wrote again"
    assert k(f"diff --server-side -f {file}") == ""
    changed = text.replace("replicas: 2", "replicas: 3")
    has(k.run("diff", "--server-side", "-f", "-", stdin=changed, expect=1), r"^-  replicas: 2$", r"^\+  replicas: 3$")
    k("scale deployment web --replicas=5")
    has(k.run("apply", "--server-side", "-f", "-", stdin=changed, expect=1) + k.errors,
        r'conflict with "kubectl" with subresource "scale".*: \.spec\.replicas')
    k.run("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=changed)
    has(k("get deployment web -o jsonpath={.spec.replicas}"), "^3$")
    # What an applier does not name any more, and nobody else owns, goes.
    k.run("apply", "--server-side", "-f", "-", stdin=text.replace("greeting: hello", "welcome: hello"))
    assert k.json("get cm web")["data"].get("greeting") is None
    # From client-side to server-side apply: the last-applied manager gives its fields over.
    k(f"delete -f {file}")
    k(f"apply -f {file}")
    k(f"apply --server-side -f {file}")
    k.run("apply", "--server-side", "-f", "-", stdin=text.replace("greeting: hello", "welcome: hello"))
    assert k.json("get cm web")["data"].get("greeting") is None, "a field of the former client-side applier stayed"
    k(f"delete -f {file}")


@case
def dry_runs_and_strictness(k):
    has(k("create deployment ghost --image=nginx --dry-run=server"), r"ghost created \(server dry run\)")
    has(k("get deployment ghost", expect=1) or k.errors, "not found")
    made = k("create deployment ghost --image=nginx --dry-run=server -o json")
    assert json.loads(made)["spec"]["strategy"]["type"] == "RollingUpdate", "a dry run sets defaults"
    has(k("create configmap Bad --dry-run=server", expect=1) or k.errors, "RFC 1123")
    k("create configmap real --from-literal=a=1")
    has(k("delete configmap real --dry-run=server"), r"deleted \(server dry run\)|deleted from .*\(server dry run\)")
    has(k("get configmap real -o name"), "configmap/real")
    k("delete configmap real")
    strange = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd"}, "data": {"a": "b"}, "dota": {}})
    has(k.run("apply", "--validate=strict", "-f", "-", stdin=strange, expect=1) or k.errors, 'unknown field "dota"')
    has(k.run("create", "--validate=ignore", "-f", "-", stdin=strange), "created")
    k("delete configmap odd")


def node(name):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


def pod(name, where, **labels):
    # Owned, as what a drain may take away is.
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "labels": labels, "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "owner", "uid": owner_uid[0], "controller": True}]},
            "spec": {"nodeName": where, "containers": [{"name": "c", "image": "busybox"}]}}


owner_uid = [""]


def replica_set(name, image, revision=None, owner=None):
    metadata = {"name": name, "labels": {"app": "rolled", "pod-template-hash": name}}
    if revision:
        metadata["annotations"] = {"deployment.kubernetes.io/revision": str(revision)}
    if owner:
        metadata["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": "Deployment", "name": owner["name"], "uid": owner["uid"],
                                        "controller": True, "blockOwnerDeletion": True}]
    labels = {"app": "rolled", "pod-template-hash": name}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata,
            "spec": {"replicas": 0, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "nginx", "image": image}]}}}}


def allow(k, disruptions):
    status = {"observedGeneration": 1, "disruptionsAllowed": disruptions, "currentHealthy": 1 + disruptions, "desiredHealthy": 1,
              "expectedPods": 2}
    k.run("patch", "pdb", "keeps", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))


@case
def drain_and_evict(k):
    create(k, node("drained"), replica_set("owner", "busybox"))
    owner_uid[0] = k.json("get rs owner")["metadata"]["uid"]
    create(k, pod("free", "drained", app="free"), pod("kept", "drained", app="kept"))
    # Pods that do not run yet, or are not ready, may go whatever the budget says.
    running = json.dumps({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})
    k.run("patch", "pod", "kept", "--subresource=status", "--type=merge", "-p", running)
    k.run("create", "poddisruptionbudget", "keeps", "--selector=app=kept", "--min-available=1")
    # The test counts the healthy pods, as the disruption controller would.
    allow(k, 0)
    out = k.run("drain", "drained", "--grace-period=0", "--timeout=3s", expect=1) + k.errors
    has(out, "node/drained cordoned", "pod/free evicted", "Cannot evict pod as it would violate the pod's disruption budget")
    has(k("get pod kept -o name"), "pod/kept")
    allow(k, 1)
    has(k.run("drain", "drained", "--grace-period=0", "--timeout=20s"), "pod/kept evicted", "node/drained drained")
    assert k.json("get pdb keeps")["status"]["disruptionsAllowed"] == 0
    assert k("get pods --field-selector=spec.nodeName=drained -o name") == ""
    k("uncordon drained")
    # A pod that runs has its grace: it is Terminating until its node, played here, is done.
    create(k, pod("slow", "drained", app="slow"))
    k.run("patch", "pod", "slow", "--subresource=status", "--type=merge", "-p", running)
    kubelet = threading.Timer(2, lambda: k.run("delete", "pod", "slow", "--force", "--grace-period=0", expect=None))
    kubelet.start()
    has(k.run("drain", "drained", "--timeout=20s"), "pod/slow evicted")
    kubelet.join()
    k("delete pdb keeps")
    k("delete rs owner")
    k("delete node drained")


@case
def rollouts(k):
    k("create deployment rolled --image=nginx:2")
    deployment = k.json("get deployment rolled")["metadata"]
    create(k, replica_set("rolled-1", "nginx:1", 1, deployment), replica_set("rolled-2", "nginx:2", 2, deployment))
    has(k("rollout history deployment/rolled"), r"^1 +", r"^2 +")
    has(k("rollout history deployment/rolled --revision=1"), "nginx:1")
    has(k("rollout undo deployment/rolled --to-revision=1"), "rolled back")
    has(k("get deployment rolled -o jsonpath={.spec.template.spec.containers[0].image}"), "^nginx:1$")
    has(k("rollout pause deployment/rolled"), "paused")
    has(k("rollout pause deployment/rolled", expect=1) or k.errors, "already paused")
    has(k("rollout resume deployment/rolled"), "resumed")
    has(k("rollout restart deployment/rolled"), "restarted")
    has(k("get deployment rolled -o jsonpath={.spec.template.metadata.annotations}"), "kubectl.kubernetes.io/restartedAt")
    has(k("rollout status deployment/rolled --watch=false"), "Waiting for deployment")
    k("delete rs rolled-1 rolled-2")
    k("delete deployment rolled")


@case
def helm(k):
    def run(*words, expect=0):
        return k.run(*words, program=k.helm, expect=expect, timeout=120)

    kinds = "cm,secret,pvc,sa,role,rolebinding,deploy,hpa,pdb,cronjob,svc,ingress,netpol"
    has(run("install", "shop", CHART, "--create-namespace", "-n", "helm"), "STATUS: deployed", "The shop says hello")
    present = k(f"get {kinds} -n helm -o name").split()
    for name in ("configmap/shop-config", "secret/shop-secret", "persistentvolumeclaim/shop-data", "serviceaccount/shop",
                 "role.rbac.authorization.k8s.io/shop", "rolebinding.rbac.authorization.k8s.io/shop", "deployment.apps/shop",
                 "horizontalpodautoscaler.autoscaling/shop", "poddisruptionbudget.policy/shop", "cronjob.batch/shop-tidy",
                 "service/shop", "ingress.networking.k8s.io/shop", "networkpolicy.networking.k8s.io/shop"):
        assert name in present, f"{name} is not among {present}"
    has(run("list", "-n", "helm"), r"shop\s+helm\s+1\s.*deployed")
    has(run("upgrade", "shop", CHART, "-n", "helm", "--set", "greeting=bye,replicas=3"), "STATUS: deployed", "REVISION: 2", "says bye")
    has(k("get cm shop-config -n helm -o jsonpath={.data.greeting}"), "^bye$")
    has(k("get deploy shop -n helm -o jsonpath={.spec.replicas}"), "^3$")
    has(run("rollback", "shop", "1", "-n", "helm"), "Rollback was a success")
    has(k("get cm shop-config -n helm -o jsonpath={.data.greeting}"), "^hello$")
    has(run("history", "shop", "-n", "helm"), "superseded", "deployed")
    has(run("upgrade", "shop", CHART, "-n", "helm", "--set", "host=Not_A_Host", expect=1) or k.errors, "RFC 1123 subdomain")
    has(run("uninstall", "shop", "-n", "helm"), 'release "shop" uninstalled')
    # What keeps a claim that was used is a controller's to take away.
    assert k("get pvc shop-data -n helm -o jsonpath={.metadata.deletionTimestamp}") != ""
    k.run("patch", "pvc", "shop-data", "-n", "helm", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    left = [name for name in k(f"get {kinds} -n helm -o name").split() if "shop" in name]
    assert left == [], left
