#!/usr/bin/env python3
"""A server on etcd: what it writes there, moving to it and back, encryption, and etcd going away.

  etcd.py --binary build/release/bin/pedalion [--only REGEX]
"""
import argparse
import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.etcd import Etcd  # noqa: E402
from support.server import Server  # noqa: E402

CASES = []
SECRETS = "/api/v1/namespaces/default/secrets"
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


def case(function):
    CASES.append(function)
    return function


def call(server, method, path, body=None, timeout=30):
    """(status, decoded body)"""
    try:
        with server.open(path, token="admin-token", method=method, data=body and json.dumps(body).encode(),
                         headers={"Content-Type": "application/json"}, timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def in_etcd(etcd, key):
    """The bytes that etcd holds, by its JSON gateway; None when there is no such key."""
    question = json.dumps({"key": base64.b64encode(key.encode()).decode()}).encode()
    with urllib.request.urlopen(urllib.request.Request(etcd.members[0].client + "/v3/kv/range", data=question)) as answer:
        found = json.load(answer).get("kvs")
    return base64.b64decode(found[0]["value"]) if found else None


def put_in_etcd(etcd, key, value):
    question = json.dumps({"key": base64.b64encode(key.encode()).decode(), "value": base64.b64encode(value).decode()}).encode()
    urllib.request.urlopen(urllib.request.Request(etcd.members[0].client + "/v3/kv/put", data=question)).read()


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def field(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


@case
def values_are_kube_apiservers(binary):
    """A lease, by hand: k8s\\0, Unknown{TypeMeta, raw}, Lease{ObjectMeta, LeaseSpec}."""
    with Etcd() as etcd, Server(binary, storage=etcd.endpoints) as server:
        lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
        status, made = call(server, "POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", lease)
        assert status == 201, made
        stored = in_etcd(etcd, "/registry/leases/default/l")
        kind = field(1, b"coordination.k8s.io/v1") + field(2, b"Lease")
        assert stored.startswith(b"k8s\0" + field(1, kind)), stored
        assert stored.endswith(field(2, field(1, b"me")) + b"\x1a\x00\x22\x00"), stored
        assert field(1, b"l") + field(2, b"") + field(3, b"default") + field(4, b"") + field(5, made["metadata"]["uid"].encode()) in stored
        assert b"resourceVersion" not in stored
        for key in ("/registry/namespaces/default", "/registry/services/specs/default/kubernetes", "/registry/clusterroles/cluster-admin",
                    "/registry/priorityclasses/system-node-critical"):
            assert in_etcd(etcd, key), f"{key} is not there"
        assert in_etcd(etcd, "/registry/apiregistration.k8s.io/apiservices/v1.apps").startswith(b"{"), "API services lie there as JSON"


@case
def what_others_wrote_is_read(binary):
    with Etcd() as etcd, Server(binary, storage=etcd.endpoints) as server:
        call(server, "GET", CONFIGMAPS)
        metadata = field(1, b"theirs") + field(2, b"") + field(3, b"default") + field(4, b"") + field(5, b"u") + field(6, b"") + b"\x38\x00" + field(8, b"")
        raw = field(1, metadata) + field(2, field(1, b"k") + field(2, b"v"))
        put_in_etcd(etcd, "/registry/configmaps/default/theirs", b"k8s\0" + field(1, field(1, b"v1") + field(2, b"ConfigMap")) + field(2, raw) + b"\x1a\x00\x22\x00")
        theirs = config_map("json", a="b")
        theirs["metadata"].update(namespace="default", uid="u", creationTimestamp="2020-01-01T00:00:00Z")
        put_in_etcd(etcd, "/registry/configmaps/default/json", json.dumps(theirs).encode() + b"\n")
        put_in_etcd(etcd, "/registry/configmaps/default/corrupt", b"k8s\0\xff\xff")
        status, seen = call(server, "GET", CONFIGMAPS + "/theirs")
        assert status == 200 and seen["data"] == {"k": "v"} and seen["metadata"]["uid"] == "u", seen
        status, seen = call(server, "GET", CONFIGMAPS + "/json")
        assert status == 200 and seen["data"] == {"a": "b"}, seen
        status, changed = call(server, "PUT", CONFIGMAPS + "/json", config_map("json", a="c"))
        assert status == 200, changed
        assert in_etcd(etcd, "/registry/configmaps/default/json").startswith(b"k8s\0"), "a write brings it into this server's form"
        status, seen = call(server, "GET", CONFIGMAPS)
        assert status == 200 and {item["metadata"]["name"] for item in seen["items"]} >= {"theirs", "json"}, seen


@case
def resources_lie_where_an_override_says(binary):
    with Etcd() as etcd, Etcd() as other:
        flags = [f"--etcd-servers-overrides=/configmaps#{other.endpoints},apps/*#{other.endpoints}"]
        with Server(binary, storage=etcd.endpoints, flags=flags) as server:
            for _ in range(20):  # the revisions of the two go apart
                call(server, "POST", "/api/v1/namespaces", {"metadata": {"generateName": "n-"}})
            status, made = call(server, "POST", CONFIGMAPS, config_map("a", k="v"))
            assert status == 201, made
            assert in_etcd(other, "/registry/configmaps/default/a") and not in_etcd(etcd, "/registry/configmaps/default/a")
            assert in_etcd(etcd, "/registry/namespaces/default") and not in_etcd(other, "/registry/namespaces/default")
            status, seen = call(server, "GET", CONFIGMAPS)
            assert status == 200 and [item["metadata"]["name"] for item in seen["items"] if item["data"].get("k")] == ["a"], seen
            with server.open("/readyz?verbose", token="admin-token") as answer:
                listing = answer.read().decode()
            assert "[+]etcd-readiness ok\n[+]etcd-override-0 ok\n[+]etcd-override-readiness-0 ok\n[+]informer-sync ok\n" in listing, listing
            assert "etcd-override-1" not in listing, "one set of servers is one store"
            other.members[0].send(signal.SIGSTOP)
            end = time.time() + 40
            while True:
                try:
                    server.open("/healthz", token="admin-token").read()
                except urllib.error.HTTPError as error:
                    listing = error.read().decode()
                    break
                assert time.time() < end, "nobody saw that the other etcd is gone"
                time.sleep(0.5)
            assert "[+]etcd ok\n[-]etcd-override-0 failed" in listing, listing
            assert call(server, "GET", "/api/v1/namespaces/default")[0] == 200, "what lies elsewhere goes on"
            other.members[0].send(signal.SIGCONT)


def storage(binary, *words, expect=0):
    done = subprocess.run([binary, "storage", *words], capture_output=True, text=True)
    assert done.returncode == expect, done.stderr
    return done.stderr


@case
def moves_to_etcd_and_back(binary):
    with tempfile.TemporaryDirectory() as work, Etcd() as etcd:
        with Server(binary, directory=work) as server:
            for number in range(20):
                call(server, "POST", CONFIGMAPS, config_map(f"c{number}", n=str(number)))
            before = call(server, "GET", CONFIGMAPS)[1]["items"]
        storage(binary, "export", f"{work}/dump", "--data-dir", f"{work}/data")
        storage(binary, "import", f"{work}/dump", "--etcd-servers", etcd.endpoints)
        assert "key exists" in storage(binary, "import", f"{work}/dump", "--etcd-servers", etcd.endpoints, expect=1)
        with Server(binary, storage=etcd.endpoints) as server:
            there = call(server, "GET", CONFIGMAPS)[1]["items"]
            call(server, "POST", CONFIGMAPS, config_map("later"))
        storage(binary, "export", f"{work}/back", "--etcd-servers", etcd.endpoints)
        storage(binary, "import", f"{work}/back", "--data-dir", f"{work}/second")
        with Server(binary, flags=[f"--data-dir={work}/second"]) as server:
            back = call(server, "GET", CONFIGMAPS)[1]["items"]

    def bare(items):
        return [{**item, "metadata": {k: v for k, v in item["metadata"].items() if k != "resourceVersion"}}
                for item in items if item["metadata"]["name"] != "later"]

    def order(items):
        return [item["metadata"]["name"] for item in sorted(items, key=lambda item: int(item["metadata"]["resourceVersion"]))]
    assert bare(before) == bare(there) == bare(back)
    assert order(before) + ["later"] == order(back), "the order of writes is kept"


def encryption(directory, *providers):
    path = os.path.join(directory, "encryption.yaml")
    with open(path, "w") as file:
        json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
                   "resources": [{"resources": ["secrets"], "providers": list(providers)}]}, file)
    return [f"--encryption-provider-config={path}"]


def keyed(provider, *names):
    return {provider: {"keys": [{"name": name, "secret": base64.b64encode(name.encode().ljust(32, b"!")).decode()} for name in names]}}


@case
def secrets_are_encrypted_and_keys_rotate(binary):
    with tempfile.TemporaryDirectory() as work, Etcd() as etcd:
        key = "/registry/secrets/default/word"
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "word"}, "stringData": {"password": "hush-hush"}}
        with Server(binary, storage=etcd.endpoints) as server:
            assert call(server, "POST", SECRETS, secret)[0] == 201
        assert b"hush-hush" in in_etcd(etcd, key)
        steps = [([keyed("aesgcm", "one"), {"identity": {}}], b"k8s:enc:aesgcm:v1:one:"), ([keyed("aesgcm", "two", "one")], b"k8s:enc:aesgcm:v1:two:"),
                 ([keyed("secretbox", "box"), keyed("aesgcm", "two")], b"k8s:enc:secretbox:v1:box:"),
                 ([keyed("aescbc", "cbc"), keyed("secretbox", "box")], b"k8s:enc:aescbc:v1:cbc:"),
                 ([{"identity": {}}, keyed("aescbc", "cbc")], b"k8s\0")]
        for providers, prefix in steps:
            with Server(binary, storage=etcd.endpoints, flags=encryption(work, *providers)) as server:
                status, seen = call(server, "GET", SECRETS + "/word")
                assert status == 200 and base64.b64decode(seen["data"]["password"]) == b"hush-hush", seen
                # Writing what is there already is how everything gets the new key.
                assert call(server, "PUT", SECRETS + "/word", seen)[0] == 200
                assert in_etcd(etcd, key).startswith(prefix), in_etcd(etcd, key)[:30]
                version = call(server, "GET", SECRETS + "/word")[1]["metadata"]["resourceVersion"]
                call(server, "PUT", SECRETS + "/word", seen | {"metadata": seen["metadata"] | {"resourceVersion": version}})
                assert call(server, "GET", SECRETS + "/word")[1]["metadata"]["resourceVersion"] == version, "written once, no more"


class FakeKms:
    """The key management service of storage/kms/testing, as a process."""

    def __init__(self, binary, socket):
        program = os.path.join(os.path.dirname(binary), "pedalion-fake-kms")
        self.process = subprocess.Popen([program, socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def tell(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.kill()
        self.process.wait()


@case
def a_key_management_service_keeps_the_key(binary):
    with tempfile.TemporaryDirectory() as work, Etcd() as etcd, FakeKms(binary, f"{work}/kms") as kms:
        key = "/registry/secrets/default/word"
        flags = encryption(work, {"kms": {"apiVersion": "v2", "name": "cloud", "endpoint": f"unix://{work}/kms", "timeout": "1s"}})
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "word"}, "stringData": {"password": "hush-hush"}}
        with Server(binary, storage=etcd.endpoints, flags=flags) as server:
            assert call(server, "POST", SECRETS, secret)[0] == 201
            stored = in_etcd(etcd, key)
            assert stored.startswith(b"k8s:enc:kms:v2:cloud:\x0a") and b"hush-hush" not in stored, stored
            assert field(2, b"key-1") in stored and stored.endswith(b"\x28\x01"), "the key's ID, and that it seeds others"
            with server.open("/healthz?verbose", token="admin-token") as answer:
                assert "[+]kms-provider-0 ok\n" in answer.read().decode()
        kms.tell("key key-2")
        with Server(binary, storage=etcd.endpoints, flags=flags) as server:
            status, seen = call(server, "GET", SECRETS + "/word")
            assert status == 200 and base64.b64decode(seen["data"]["password"]) == b"hush-hush", seen
            assert call(server, "PUT", SECRETS + "/word", seen)[0] == 200
            assert field(2, b"key-2") in in_etcd(etcd, key), "what another key sealed is written anew"
        kms.tell("health ill")
        try:
            Server(binary, storage=etcd.endpoints, flags=flags).start(seconds=4)
            raise AssertionError("a server is not ready without its key management service")
        except RuntimeError as error:
            assert "got unexpected healthz status: ill" in str(error), error


@case
def etcd_goes_away_and_comes_back(binary):
    with Etcd() as etcd, Server(binary, storage=etcd.endpoints) as server:
        assert call(server, "POST", CONFIGMAPS, config_map("a"))[0] == 201
        member = etcd.members[0]
        member.kill()
        status, answer = call(server, "POST", CONFIGMAPS, config_map("b"), timeout=60)
        assert status >= 500 and answer["kind"] == "Status", (status, answer)
        end = time.time() + 15
        while time.time() < end and server.is_ready():
            time.sleep(0.1)
        assert not server.is_ready(), "ready without etcd"
        member.start(etcd.cluster)
        end = time.time() + 20
        while time.time() < end and not server.is_ready():
            time.sleep(0.1)
        assert server.is_ready(), "not ready with etcd back"
        assert call(server, "GET", CONFIGMAPS + "/a")[0] == 200
        assert call(server, "POST", CONFIGMAPS, config_map("c"))[0] == 201
        # A watch that began before a pause goes on after it.
        version = call(server, "GET", CONFIGMAPS)[1]["metadata"]["resourceVersion"]
        watch = server.open(f"{CONFIGMAPS}?watch=1&resourceVersion={version}&timeoutSeconds=30", token="admin-token", timeout=40)
        member.send(signal.SIGSTOP)
        time.sleep(1)
        member.send(signal.SIGCONT)
        assert call(server, "POST", CONFIGMAPS, config_map("d"))[0] == 201
        assert json.loads(watch.readline())["object"]["metadata"]["name"] == "d"


@case
def too_large_is_said_in_etcds_words(binary):
    with Etcd() as etcd, Server(binary, storage=etcd.endpoints) as server:
        big = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "big", "annotations": {"a": "x" * 200000}}, "data": {"a": "x" * 1000000}}
        status, answer = call(server, "POST", "/api/v1/namespaces/default/configmaps", big)
        assert status == 201, answer
        stateful = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": "big"}, "revision": 1, "data": {"a": "x" * 2000000}}
        status, answer = call(server, "POST", "/apis/apps/v1/namespaces/default/controllerrevisions", stateful)
        assert status == 500 and "etcdserver: request is too large" in answer["message"], (status, answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    failed = 0
    for function in CASES:
        if not re.search(arguments.only, function.__name__):
            continue
        try:
            function(os.path.abspath(arguments.binary))
            print(f"ok   {function.__name__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {function.__name__}\n{traceback.format_exc(limit=3)}", flush=True)
    sys.exit(1 if failed else 0)


main()
