#!/usr/bin/env python3
"""Three etcd members and two servers under load, while members are killed, paused and brought back, and the ways between
are cut and slowed. From the clients' logs: no acknowledged write is lost, no read is older than what was acknowledged
before it began, and every watcher has seen every change once, in order.

  etcd_faults.py --binary build/release/bin/pedalion [--seconds 40] [--faults members|network] [--seed N]
"""
import argparse
import collections
import http.client
import json
import os
import random
import signal
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.etcd import Etcd  # noqa: E402
from support.proxy import Proxy  # noqa: E402
from support.server import Server  # noqa: E402

PATH = "/api/v1/namespaces/default/configmaps"
WRITERS, READERS, WATCHERS, KEYS = 8, 4, 6, 24


class Log:
    """What clients know. A key's versions are those of its acknowledged writes; `doubt` counts the unanswered ones."""

    def __init__(self):
        self.lock = threading.Lock()
        self.newest = collections.defaultdict(int)  # key -> newest acknowledged version
        self.acknowledged = []  # (version, key, value)
        self.failures = []
        self.refused = 0

    def wrote(self, key, version, value):
        with self.lock:
            self.newest[key] = max(self.newest[key], version)
            self.acknowledged.append((version, key, value))

    def fail(self, text):
        with self.lock:
            self.failures.append(text)


class Client(threading.Thread):
    def __init__(self, servers, log, stop, seed, number):
        super().__init__(daemon=True)
        self.servers, self.log, self.stop = servers, log, stop
        self.random = random.Random(f"{seed}/{type(self).__name__}/{number}")
        self.connection, self.number = None, number

    def call(self, method, path, body=None):
        """(status, body); status 0: no answer, so nobody knows what became of it."""
        try:
            if self.connection is None:
                server = self.random.choice(self.servers)
                self.connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30,
                                                              context=ssl._create_unverified_context())
            self.connection.request(method, path, body and json.dumps(body),
                                    {"Authorization": "Bearer admin-token", "Content-Type": "application/json"})
            response = self.connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            return 0, None

    def run(self):
        while not self.stop.is_set():
            self.step()
            if self.random.random() < 0.05:
                self.connection = None  # to the other server, maybe


class Writer(Client):
    def step(self):
        key = f"k{self.random.randrange(KEYS)}"
        status, present = self.call("GET", f"{PATH}/{key}")
        value = f"{self.number}-{self.random.random()}"
        if status == 404:
            status, answer = self.call("POST", PATH, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": key}, "data": {"v": value}})
        elif status == 200:
            present["data"] = {"v": value}
            status, answer = self.call("PUT", f"{PATH}/{key}", present)
        if status in (200, 201):
            self.log.wrote(key, int(answer["metadata"]["resourceVersion"]), value)
        else:
            with self.log.lock:
                self.log.refused += status != 409
            time.sleep(0.01)


class Reader(Client):
    def step(self):
        key = f"k{self.random.randrange(KEYS)}"
        with self.log.lock:
            before = self.log.newest[key]
        if self.random.random() < 0.5:
            status, answer = self.call("GET", f"{PATH}/{key}")
            seen = int(answer["metadata"]["resourceVersion"]) if status == 200 else 0
        else:
            status, answer = self.call("GET", f"{PATH}?fieldSelector=metadata.name%3D{key}")
            seen = max([int(item["metadata"]["resourceVersion"]) for item in answer["items"]], default=0) if status == 200 else 0
        if status in (200, 404) and seen < before:
            self.log.fail(f"a read of {key} gave version {seen} after {before} had been acknowledged")
        time.sleep(0.005)


class Watcher(Client):
    """Follows all keys from one version on, over breaks and from server to server."""

    def __init__(self, *arguments, since):
        super().__init__(*arguments)
        self.since, self.seen = since, []

    def step(self):
        try:
            server = self.random.choice(self.servers)
            connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=5, context=ssl._create_unverified_context())
            seconds = self.random.choice([2, 5, 30])
            connection.request("GET", f"{PATH}?watch=1&resourceVersion={self.since}&allowWatchBookmarks=true&timeoutSeconds={seconds}",
                               headers={"Authorization": "Bearer admin-token"})
            response = connection.getresponse()
            if response.status != 200:
                time.sleep(0.1)
                return
            for line in response:
                self.take(json.loads(line))
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.05)

    def take(self, event):
        if event["type"] == "ERROR":
            if event["object"].get("code") == 410:
                self.log.fail(f"a watcher was told that {self.since} is too old: {event['object'].get('message')}")
            raise OSError(event["object"].get("message", ""))
        version = int(event["object"]["metadata"]["resourceVersion"])
        if event["type"] != "BOOKMARK":
            if version <= self.since:
                self.log.fail(f"watcher {self.number} got version {version} after {self.since}")
            self.seen.append((version, event["object"]["metadata"]["name"], event["object"]["data"]["v"]))
        self.since = version


def member_faults(etcd, proxies, chance, stop):
    """One after the other, then two at once: killed and started again, or paused and let go."""
    while not stop.is_set():
        hit = chance.sample(etcd.members, chance.choice([1, 1, 1, 2]))
        kill = chance.random() < 0.5
        for member in hit:
            member.kill() if kill else member.send(signal.SIGSTOP)
        stop.wait(chance.uniform(0.5, 4))
        for member in hit:
            member.start(etcd.cluster) if kill else member.send(signal.SIGCONT)
        stop.wait(chance.uniform(1, 3))


def network_faults(etcd, proxies, chance, stop):
    while not stop.is_set():
        proxy = chance.choice(proxies)
        fault = chance.choice(["cut", "stall", "slow", "refuse"])
        proxy.set(fault)
        stop.wait(chance.uniform(0.3, 3))
        proxy.set("pass")
        stop.wait(chance.uniform(0.2, 1.5))


def run_load(servers, etcd, proxies, arguments, log):
    stop_clients, stop_watchers, stop_faults = threading.Event(), threading.Event(), threading.Event()
    probe = Client(servers, log, stop_clients, arguments.seed, 0)
    since = int(probe.call("GET", PATH + "?limit=1")[1]["metadata"]["resourceVersion"])
    clients = [Writer(servers, log, stop_clients, arguments.seed, n) for n in range(WRITERS)]
    clients += [Reader(servers, log, stop_clients, arguments.seed, n) for n in range(READERS)]
    watchers = [Watcher(servers, log, stop_watchers, arguments.seed, n, since=since) for n in range(WATCHERS)]
    for thread in clients + watchers:
        thread.start()
    faults = member_faults if arguments.faults == "members" else network_faults
    saboteur = threading.Thread(target=faults, args=(etcd, proxies, random.Random(arguments.seed), stop_faults))
    saboteur.start()
    time.sleep(arguments.seconds)
    stop_faults.set()
    saboteur.join()
    time.sleep(4)  # with everything well again, writes go on
    with log.lock:
        during = len(log.acknowledged)
    time.sleep(4)
    stop_clients.set()
    for thread in clients:
        thread.join(60)
    with log.lock:
        if len(log.acknowledged) <= during:
            log.failures.append("no write was acknowledged after the faults were over")
    last = max(version for version, _, _ in log.acknowledged)
    end = time.time() + 40
    while time.time() < end and any(watcher.since < last for watcher in watchers):
        time.sleep(0.1)
    stop_watchers.set()
    return watchers, last


def judge(servers, watchers, last, log):
    """The clients' logs against what is there now."""
    acknowledged = {version: (key, value) for version, key, value in log.acknowledged}
    if len(acknowledged) != len(log.acknowledged):
        log.fail("two writes got one version")
    newest = {}
    for version, (key, value) in sorted(acknowledged.items()):
        newest[key] = (version, value)
    for server in servers:
        probe = Client([server], log, threading.Event(), 0, 0)
        status, answer = probe.call("GET", PATH)
        present = {item["metadata"]["name"]: (int(item["metadata"]["resourceVersion"]), item["data"]["v"]) for item in answer["items"]
                   if "v" in item.get("data", {})}
        for key, (version, value) in newest.items():
            if key not in present or present[key][0] < version or (present[key][0] == version and present[key][1] != value):
                log.fail(f"{key}: version {version} was acknowledged, {present.get(key)} is there")
    sequences = []
    for watcher in watchers:
        seen = [entry for entry in watcher.seen if entry[0] <= last]
        sequences.append(seen)
        versions = {version: (key, value) for version, key, value in seen}
        missing = [version for version in acknowledged if versions.get(version) != acknowledged[version]]
        if missing:
            log.fail(f"watcher {watcher.number} (now at {watcher.since}) missed {len(missing)} acknowledged writes, such as {missing[:3]}")
    # Unanswered writes that took place were seen by all or by none: so all sequences are one.
    for seen in sequences[1:]:
        if seen != sequences[0]:
            log.fail("two watchers saw different sequences")
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--faults", choices=["members", "network"], default="members")
    parser.add_argument("--seed", default=os.environ.get("SEED") or str(random.randrange(1 << 32)))
    arguments = parser.parse_args()
    print(f"faults of {arguments.faults}, seed {arguments.seed}", flush=True)
    log = Log()
    with Etcd(members=3) as etcd:
        # Each server has ways of its own to the members.
        proxies = [[Proxy(member.client) for member in etcd.members] for _ in range(2)]
        servers = [Server(arguments.binary, storage=",".join(proxy.url for proxy in ways)) for ways in proxies]
        with servers[0], servers[1]:
            watchers, last = run_load(servers, etcd, [proxy for ways in proxies for proxy in ways], arguments, log)
            judge(servers, watchers, last, log)
        for ways in proxies:
            for proxy in ways:
                proxy.close()
    seen = sum(len(watcher.seen) for watcher in watchers)
    print(f"{len(log.acknowledged)} writes acknowledged, {log.refused} refused or unanswered, {seen} events seen by {WATCHERS} watchers")
    for text in log.failures[:20]:
        print("FAIL " + text)
    print("etcd faults: " + ("failed" if log.failures else "passed"))
    sys.exit(1 if log.failures else 0)


main()
