"""Every command that a person starts with, on a dozen kinds."""
import json
import os
import tempfile
import time

from harness import MANIFESTS, case, has


@case
def versions_and_resources(k):
    has(k("version"), r"Client Version: v1\.36", r"Server Version: v1\.36")
    resources = k("api-resources")
    for line in (r"^configmaps +cm +v1 +true +ConfigMap$", r"^deployments +deploy +apps/v1 +true +Deployment$",
                 r"^nodes +no +v1 +false +Node$", r"^leases +coordination.k8s.io/v1 +true +Lease$"):
        has(resources, line)
    has(k("api-resources --namespaced=false -o name"), r"^namespaces$", r"^clusterroles\.rbac\.authorization\.k8s\.io$")
    has(k("api-resources --categories=all"), "deployments", "pods")
    has(k("api-versions"), r"^v1$", r"^apps/v1$", r"^batch/v1$")
    has(k("cluster-info"), "is running at")


@case
def explain(k):
    has(k("explain pods"), r"KIND: +Pod", r"VERSION: +v1", "FIELDS:", "spec")
    has(k("explain deployments.spec.template.spec.containers"), "image", "livenessProbe")
    recursive = k("explain jobs --recursive")
    has(recursive, "activeDeadlineSeconds", "restartPolicy", "terminationGracePeriodSeconds")
    for kind in ("namespaces configmaps secrets services nodes events roles ingresses leases").split():
        has(k(f"explain {kind}"), "FIELDS:")


@case
def namespaces(k):
    has(k("create namespace one"), "namespace/one created")
    has(k("get namespaces"), r"^NAME +STATUS +AGE$", r"^one +Active", r"^kube-system +Active")
    has(k("get ns one -o jsonpath={.metadata.labels}"), "kubernetes.io/metadata.name")
    has(k("create namespace one", expect=1) or k.errors, "already exists")
    has(k("describe namespace one"), r"^Name: +one", r"^Status: +Active")
    has(k("label namespace one team=a"), "labeled")
    has(k("get ns -l team=a -o name"), "^namespace/one$")
    k("create configmap doomed -n one --from-literal=a=b")
    has(k("delete namespace one --wait=false"), "deleted")
    has(k("get ns one -o jsonpath={.status.phase}"), "Terminating")
    has(k("create configmap late -n one", expect=1) or k.errors, "is being terminated")


@case
def configmaps(k):
    k.run("create", "configmap", "plain", "--from-literal=a=1", "--from-literal=b=two words")
    has(k("get configmap plain"), r"^NAME +DATA +AGE$", r"^plain +2 ")
    has(k("get cm plain -o yaml"), r"^  a: \"1\"$", r"^  b: two words$", r"^kind: ConfigMap$")
    assert k.json("get cm plain")["data"] == {"a": "1", "b": "two words"}
    has(k("get cm plain -o wide"), "plain")
    has(k("get cm plain -o name"), "^configmap/plain$")
    has(k("get cm plain -o jsonpath={.data.a}"), "^1$")
    has(k("get cm plain -o go-template={{.data.b}}"), "^two words$")
    has(k("get cm plain -o custom-columns=N:.metadata.name,A:.data.a"), r"^N +A$", r"^plain +1$")
    has(k("get cm plain -o jsonpath-as-json={.data}"), '"two words"')
    has(k("get cm --show-labels"), "LABELS")
    has(k("get cm plain -o kyaml"), "two words")
    has(k("describe configmap plain"), "two words")
    k.run("patch", "cm", "plain", "--type=merge", "-p", '{"data":{"a":null,"c":"3"}}')
    k.run("patch", "cm", "plain", "--type=json", "-p", '[{"op":"replace","path":"/data/b","value":"x"}]')
    k.run("patch", "cm", "plain", "-p", '{"metadata":{"annotations":{"k":"v"}}}')
    assert k.json("get cm plain")["data"] == {"b": "x", "c": "3"}
    k("annotate cm plain k- other=1")
    assert k.json("get cm plain")["metadata"]["annotations"] == {"other": "1"}
    has(k("delete cm plain"), 'configmap "plain" deleted')
    has(k("get cm plain", expect=1) or k.errors, r'configmaps "plain" not found')


@case
def edits(k):
    k("create configmap edited --from-literal=a=1")
    with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as editor:
        editor.write("#!/bin/sh\nsed -i 's/a: \"1\"/a: \"2\"/' \"$1\"\n")
    os.chmod(editor.name, 0o755)
    has(k("edit configmap edited", environment={"KUBE_EDITOR": editor.name}), "edited")
    has(k("get cm edited -o jsonpath={.data.a}"), "^2$")
    os.unlink(editor.name)
    document = k.json("get cm edited")
    document["data"]["a"] = "3"
    has(k.run("replace", "-f", "-", stdin=json.dumps(document)), "replaced")
    has(k.run("replace", "-f", "-", stdin=json.dumps(document), expect=1) or k.errors, "the object has been modified")
    has(k.run("replace", "--force", "-f", "-", stdin=json.dumps(document)), "replaced")


@case
def apply_and_diff(k):
    file = os.path.join(MANIFESTS, "web.yaml")
    has(k(f"apply -f {file}"), "deployment.apps/web created", "service/web created", "ingress.networking.k8s.io/web created",
        "configmap/web created", "secret/web created", "role.rbac.authorization.k8s.io/web created", "lease.coordination.k8s.io/web created")
    has(k(f"apply -f {file}"), "deployment.apps/web unchanged", "service/web unchanged", "configmap/web unchanged",
        "ingress.networking.k8s.io/web unchanged", "role.rbac.authorization.k8s.io/web unchanged")
    k(f"diff -f {file}")
    with open(file) as manifest:
        changed = manifest.read().replace("replicas: 2", "replicas: 3").replace("greeting: hello", "greeting: bye")
    has(k.run("diff", "-f", "-", stdin=changed, expect=1), r"^-  replicas: 2$", r"^\+  replicas: 3$")
    has(k.run("apply", "-f", "-", stdin=changed), "deployment.apps/web configured", "configmap/web configured", "service/web unchanged")
    has(k("get deployment web -o jsonpath={.spec.replicas}"), "^3$")
    has(k.run("apply", "--dry-run=server", "-f", "-", stdin=changed.replace("greeting: bye", "greeting: ay")), "configured.*dry run")
    has(k("get cm web -o jsonpath={.data.greeting}"), "^bye$")
    has(k("apply view-last-applied deployment/web"), "replicas: 3")
    has(k(f"apply --prune -l app=web -f {file}"), "configured")
    has(k(f"delete -f {file}"), 'deployment.apps "web" deleted', 'ingress.networking.k8s.io "web" deleted')


@case
def workloads(k):
    k("create deployment app --image=nginx:1 --replicas=2")
    has(k("get deployments"), r"^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$", r"^app +0/2 +0 +0 ")
    has(k("get deploy app -o wide"), "CONTAINERS +IMAGES +SELECTOR", "nginx:1")
    has(k("scale deployment app --replicas=5"), "scaled")
    has(k("get deploy app -o jsonpath={.spec.replicas}"), "^5$")
    has(k("scale deployment app --current-replicas=4 --replicas=1", expect=1) or k.errors, "Expected replicas to be 4, was 5")
    has(k("set image deployment/app nginx=nginx:2"), "image updated")
    has(k("get deploy app -o jsonpath={.spec.template.spec.containers[0].image}"), "^nginx:2$")
    has(k("set env deployment/app COLOR=blue"), "env updated")
    has(k("set resources deployment/app --limits=cpu=200m"), "resource requirements updated")
    assert k.json("get deploy app")["metadata"]["generation"] == 5
    has(k("expose deployment app --port=80 --target-port=8080"), "service/app exposed")
    has(k("get service app"), r"^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE$", r"^app +ClusterIP +10\.\S+ +<none> +80/TCP")
    has(k("describe deployment app"), r"^Name: +app", r"Image: +nginx:2")
    has(k("describe service app"), r"^Name: +app", "TargetPort: +8080/TCP")
    has(k("rollout history deployment/app"), "No rollout history found")  # ReplicaSets are a controller's work
    has(k("label deployment app tier=web"), "labeled")
    has(k("get all"), "deployment.apps/app", "service/app")
    k("create job pi --image=perl")
    has(k("get jobs"), r"^NAME +STATUS +COMPLETIONS +DURATION +AGE$", r"^pi +Running +0/1 ")
    k.run("create", "cronjob", "tick", "--image=busybox", "--schedule=*/5 * * * *")
    has(k("get cronjobs"), r"^tick +\*/5 \* \* \* \*")
    has(k("delete deployment app --cascade=background --wait=false"), "deleted")
    # The finalizers of the other policies are the garbage collector's to take away.
    for policy, finalizer in (("orphan", "orphan"), ("foreground", "foregroundDeletion")):
        k("create deployment app --image=nginx:1")
        has(k(f"delete deployment app --cascade={policy} --wait=false"), "deleted")
        has(k("get deploy app -o jsonpath={.metadata.finalizers}"), finalizer)
        k.run("patch", "deployment", "app", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
        has(k("get deploy app", expect=1) or k.errors, "not found")


@case
def pods(k):
    k("run box --image=busybox --labels=app=box,tier=x --restart=Never")
    has(k("get pods"), r"^NAME +READY +STATUS +RESTARTS +AGE$", r"^box +0/1 +Pending +0 ")
    has(k("get pods -o wide"), "NODE", "<none>")
    has(k("get pods -l app=box,tier!=y -o name"), "^pod/box$")
    has(k("get pods --field-selector=status.phase=Pending -o name"), "^pod/box$")
    assert k("get pods --field-selector=spec.nodeName=n1 -o name") == ""
    has(k("get pods -A"), r"^NAMESPACE +NAME", r"^default +box ")
    has(k("describe pod box"), r"^Name: +box", r"^Status: +Pending")
    has(k("set image pod/box box=busybox:2"), "image updated")
    assert k("logs box") == ""  # no node has it yet
    has(k("delete pod box --now"), 'pod "box" deleted')
    for name in "abc":
        k(f"run {name} --image=busybox --labels=batch=1")
    has(k("delete pods -l batch=1 --force"), 'pod "a" force deleted', 'pod "c" force deleted')
    for name in "de":
        k(f"run {name} --image=busybox")
    has(k("delete pods --all"), 'pod "d" deleted', 'pod "e" deleted')
    assert k("get pods -o name") == ""


@case
def secrets_and_config(k):
    k("create secret generic word --from-literal=password=hush")
    has(k("get secrets"), r"^NAME +TYPE +DATA +AGE$", r"^word +Opaque +1 ")
    has(k("get secret word -o jsonpath={.data.password}"), "^aHVzaA==$")
    has(k("describe secret word"), r"password: +4 bytes")
    k("create serviceaccount robot")
    has(k("get serviceaccounts"), "robot")
    k("create quota caps --hard=pods=3,cpu=1")
    has(k("get quota"), "caps")
    has(k("delete secret word"), "deleted")


@case
def access(k):
    k("create role reader --verb=get,list --resource=pods,deployments.apps")
    has(k("get roles"), r"^NAME +CREATED AT$", "^reader ")
    has(k("describe role reader"), r"deployments\.apps", r"\[get list\]")
    k("create rolebinding reads --role=reader --user=alice --group=dev")
    has(k("get rolebindings -o wide"), r"Role/reader +\S+ +alice +dev")
    k("create clusterrole watcher --verb=watch --resource=nodes")
    has(k("get clusterroles"), "^watcher ")
    has(k("auth can-i create deployments"), "^yes$")
    has(k("auth whoami"), "Username +")


@case
def nodes_and_leases(k):
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"node-role.kubernetes.io/worker": ""}}}
    has(k.run("create", "-f", "-", stdin=json.dumps(node)), "node/n1 created")
    has(k("get nodes"), r"^NAME +STATUS +ROLES +AGE +VERSION$", r"^n1 +Unknown +worker ")
    has(k("cordon n1"), "cordoned")
    has(k("get nodes"), "Unknown,SchedulingDisabled")
    has(k("uncordon n1"), "uncordoned")
    has(k("taint nodes n1 key=value:NoSchedule"), "tainted")
    has(k("describe node n1"), r"^Taints: +key=value:NoSchedule")
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l1"},
             "spec": {"holderIdentity": "me", "leaseDurationSeconds": 15}}
    has(k.run("apply", "-f", "-", stdin=json.dumps(lease)), "lease.coordination.k8s.io/l1 created")
    has(k("get leases"), r"^NAME +HOLDER +AGE$", r"^l1 +me ")
    k("delete lease l1")
    k("delete node n1")


@case
def ingresses_and_events(k):
    k("create ingress web --rule=example.com/path=svc:80")
    has(k("get ingress"), r"^NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE$", r"^web +<none> +example\.com +80 ")
    has(k("describe ingress web"), "example.com", "/path")
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e1"}, "reason": "Tested", "message": "it works",
             "type": "Normal", "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"},
             "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:00:00Z", "count": 1}
    k.run("create", "-f", "-", stdin=json.dumps(event))
    has(k("get events"), r"^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$", r"Normal +Tested +pod/p +it works")
    has(k("get events --field-selector=reason=Tested -o name"), "event/e1")
    has(k("events"), "it works")
    k("delete ingress web")


@case
def watching(k):
    watcher = k.start("get configmaps -w --output-watch-events -l watched=yes")
    try:
        time.sleep(1)
        k("create configmap seen --from-literal=a=1")
        k("label configmap seen watched=yes")
        k.run("patch", "cm", "seen", "--type=merge", "-p", '{"data":{"a":"2"}}')
        k("label configmap seen watched-")
        time.sleep(1)
    finally:
        watcher.terminate()
    output = watcher.communicate()[0]
    has(output, r"^ADDED +seen", r"^MODIFIED +seen", r"^DELETED +seen")
    k("create configmap waited")
    has(k("wait --for=create configmap/waited --timeout=10s"), "condition met")
    k("delete configmap waited --wait=false")
    has(k("wait --for=delete configmap/waited --timeout=10s") + "condition met", "condition met")


@case
def chunks(k):
    for number in range(7):
        k(f"create configmap chunk{number}")
    names = k("get configmaps --chunk-size=2 -o name").split()
    assert [n for n in names if "chunk" in n] == [f"configmap/chunk{n}" for n in range(7)], names
    has(k("get configmaps --chunk-size=2"), *[rf"^chunk{n} " for n in range(7)])
    has(k("delete configmaps --all"), 'configmap "chunk6" deleted')


@case
def bad_input(k):
    has(k("get nosuchthings", expect=1) or k.errors, "the server doesn't have a resource type")
    has(k("get configmap Bad_Name", expect=1) or k.errors, "not found|invalid")
    has(k("create configmap Bad_Name", expect=1) or k.errors, "RFC 1123 subdomain")
    strange = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "strange"}, "dota": {"a": "b"}}
    has(k.run("apply", "-f", "-", stdin=json.dumps(strange), expect=1) or k.errors, r'unknown field "dota"')
    has(k.run("apply", "--validate=warn", "-f", "-", stdin=json.dumps(strange)) + k.errors, r'Warning: unknown field "dota"', "created")
    has(k("get pods --field-selector=nope=1", expect=1) or k.errors, "field label not supported: nope")
