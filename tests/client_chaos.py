#!/usr/bin/env python3
"""Informers behind a connection that is cut, refused, stalled, slowed and truncated at random, while writers write and the server
dies now and then: at the end they hold exactly what the server holds, and no handler was told of what cannot be.

  client_chaos.py --binary build/release/bin/pedalion [--client build/release/bin/pedalion-client-chaos] [--seconds 20 | --long]
                  [--seed N]
"""
import argparse
import http.client
import json
import os
import random
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.proxy import Proxy  # noqa: E402
from support.server import Server  # noqa: E402

PATH = "/api/v1/namespaces/default/configmaps"
INFORMERS, WRITERS, NAMES, LONG = 2, 3, 60, 60
DEATH_EVERY = 4  # seconds
FLAGS = ["--etcd-compaction-interval=100ms"]
FAULTS = ["cut", "refuse", "stall", "slow", "truncate"]


class Writer(threading.Thread):
    """Creates, changes and deletes objects of its own."""

    def __init__(self, server, number, seed):
        super().__init__(daemon=True)
        self.server, self.random, self.prefix = server, random.Random(f"{seed}/{number}"), f"w{number}-"
        self.stopping, self.writes, self.connection = False, 0, None

    def run(self):
        while not self.stopping:
            try:
                self.step()
            except (OSError, http.client.HTTPException):
                self.connection = None  # the server was killed
                time.sleep(0.05)

    def step(self):
        self.connection = self.connection or http.client.HTTPSConnection(
            "127.0.0.1", self.server.port, timeout=5, context=ssl._create_unverified_context())
        name = self.prefix + str(self.random.randrange(NAMES))
        body = {"metadata": {"name": name}, "data": {"v": str(self.random.random())}}
        if self.call("PUT", f"{PATH}/{name}", body) == 404:
            self.call("POST", PATH, body)
        if self.random.random() < 0.3:
            self.call("DELETE", f"{PATH}/{self.prefix}{self.random.randrange(NAMES)}")
        self.writes += 1
        time.sleep(self.random.uniform(0, 0.01))

    def call(self, method, path, body=None):
        self.connection.request(method, path, body and json.dumps(body),
                                {"Authorization": "Bearer admin-token", "Content-Type": "application/json"})
        response = self.connection.getresponse()
        response.read()
        return response.status


class Client:
    """The program with the informers, by its commands."""

    def __init__(self, binary, proxy, seed):
        self.process = subprocess.Popen([binary, "--server", proxy.url, "--token", "admin-token", "--seed", str(seed)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.impossible, self.counts = [], {}

    def say(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def lines(self, wanted, count):
        while count:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"the client ended with {self.process.wait()}")
            kind, rest = line.rstrip().split(" ", 1)
            if kind == "IMPOSSIBLE":
                self.impossible.append(rest)
            elif kind == wanted:
                count -= 1
                yield rest

    def states(self):
        self.say("state")
        return {name: json.loads(text) for name, text in (line.split(" ", 1) for line in self.lines("STATE", INFORMERS))}

    def end(self):
        self.say("end")
        for line in self.lines("COUNTS", INFORMERS):
            name, *counts = line.split()
            self.counts[name] = [int(count) for count in counts]
        return self.process.wait(10)


def held_by(server):
    with server.open(PATH, token="admin-token") as answer:
        items = json.load(answer)["items"]
    return {f"{item['metadata']['namespace']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}


def make_trouble(server, proxy, client, seconds, chance):
    began, deaths, late = time.time(), 0, False
    while (passed := time.time() - began) < seconds:
        if passed > DEATH_EVERY * (deaths + 0.5):
            # What is written meanwhile is history when the server comes back, and it remembers none: the informers must list.
            proxy.set("refuse")
            time.sleep(chance.uniform(0.2, 0.6))
            server.kill()
            server.start()
            proxy.set("pass")
            deaths += 1
        if not late and passed > seconds / 3:
            client.say("late")
            late = True
        proxy.set(chance.choice(FAULTS))
        time.sleep(chance.uniform(0.05, 0.6))
        proxy.set("pass")
        time.sleep(chance.uniform(0.05, 1.0))


def wait_until_equal(server, client, seconds=30):
    """What is different at the end; empty: nothing."""
    expected, end = held_by(server), time.time() + seconds
    while True:
        states = client.states()
        wrong = {name: sorted(set(state.items()) ^ set(expected.items()))[:6] for name, state in states.items() if state != expected}
        if not wrong or time.time() > end:
            return wrong
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--client")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--long", action="store_true", help=f"{LONG} s")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    seconds = LONG if options.long else options.seconds
    program = options.client or os.path.join(os.path.dirname(options.binary), "pedalion-client-chaos")
    print(f"seed {options.seed}, {seconds:.0f} s")
    random.seed(options.seed)
    with Server(options.binary, flags=FLAGS) as server:
        proxy = Proxy(server.url)
        client = Client(program, proxy, options.seed)
        writers = [Writer(server, number, options.seed) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        make_trouble(server, proxy, client, seconds, random.Random(options.seed))
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join()
        wrong = wait_until_equal(server, client)
        status = client.end()
        proxy.close()
    problems = [f"{name} differs: {some}" for name, some in wrong.items()] + client.impossible
    if status != 0 and not client.impossible:
        problems.append(f"the client ended with {status}")
    for name, (events, errors, gaps) in client.counts.items():
        print(f"{name}: {events} events, {errors} errors and {gaps} gaps in the history overcome")
        if errors < seconds / 4 or events < seconds or gaps == 0:
            problems.append(f"{name}: this was no chaos")
    for problem in problems:
        print(problem)
    print(f"{sum(writer.writes for writer in writers)} writes; {'FAILED' if problems else 'passed'}")
    sys.exit(1 if problems else 0)


main()
