#!/usr/bin/env python3
"""kill -9 under load, again and again: every acknowledged write must be there afterwards, and revisions must be in order.

  crash.py --binary build/release/bin/pedalion [--rounds 20] [--seed N]
"""
import argparse
import http.client
import json
import os
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.server import Server  # noqa: E402

PATH = "/api/v1/namespaces/default/configmaps"
WRITERS = 16


class Writer(threading.Thread):
    """Creates, updates and deletes objects of its own; remembers what was acknowledged, and what is in doubt."""

    def __init__(self, server, number, round_number, seed):
        super().__init__(daemon=True)
        self.server, self.random = server, random.Random(f"{seed}/{round_number}/{number}")
        self.prefix = f"w{number}-r{round_number}-"
        self.state = {}      # name -> (value, resourceVersion); None: acknowledged as deleted
        self.doubtful = set()  # written to without an answer: either state is right
        self.versions = []   # in the order of the answers
        self.stopping = False

    def call(self, connection, method, path, body=None):
        connection.request(method, path, body and json.dumps(body),
                           {"Authorization": "Bearer admin-token", "Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    def run(self):
        try:
            connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=20,
                                                     context=ssl._create_unverified_context())
            while not self.stopping:
                self.step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the server was killed

    def step(self, connection):
        live = [name for name, state in self.state.items() if state]
        choice = self.random.random()
        if choice < 0.6 or not live:
            name = self.prefix + str(len(self.state))
            self.write(connection, "POST", PATH, name, {"metadata": {"name": name}, "data": {"v": "0"}})
        elif choice < 0.85:
            name = self.random.choice(live)
            value = str(self.random.random())
            self.write(connection, "PUT", f"{PATH}/{name}", name, {"metadata": {"name": name}, "data": {"v": value}})
        else:
            name = self.random.choice(live)
            self.doubtful.add(name)
            status, _ = self.call(connection, "DELETE", f"{PATH}/{name}")
            assert status == 200, status
            self.state[name] = None
            self.doubtful.discard(name)

    def write(self, connection, method, path, name, body):
        self.doubtful.add(name)
        status, answer = self.call(connection, method, path, {"apiVersion": "v1", "kind": "ConfigMap", **body})
        assert status in (200, 201), (status, answer)
        self.state[name] = (body["data"]["v"], int(answer["metadata"]["resourceVersion"]))
        self.versions.append(self.state[name][1])
        self.doubtful.discard(name)


def read_all(server):
    with server.open(PATH, token="admin-token") as answer:
        body = json.load(answer)
    return int(body["metadata"]["resourceVersion"]), {
        item["metadata"]["name"]: (item["data"]["v"], int(item["metadata"]["resourceVersion"]))
        for item in body["items"] if "data" in item}


def verify(writers, revision, found):
    """What is wrong, as a list of sentences."""
    wrong = []
    for writer in writers:
        if writer.versions != sorted(set(writer.versions)):
            wrong.append(f"{writer.prefix}: resource versions were not handed out in order")
        if writer.versions and writer.versions[-1] > revision:
            wrong.append(f"{writer.prefix}: revision {writer.versions[-1]} was acknowledged, the store is at {revision}")
        for name, state in writer.state.items():
            if name not in writer.doubtful and found.get(name) != state:
                wrong.append(f"{name}: acknowledged {state}, found {found.get(name)}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"crash: seed {arguments.seed}")
    chance = random.Random(arguments.seed)
    directory = tempfile.mkdtemp(prefix="pedalion-crash-")
    server = Server(arguments.binary, directory=directory)
    everyone, last_revision, acknowledged = [], 0, 0
    for number in range(arguments.rounds):
        server.start()
        revision, found = read_all(server)
        wrong = verify(everyone, revision, found)
        if revision < last_revision:
            wrong.append(f"the revision went back from {last_revision} to {revision}")
        if wrong:
            sys.exit("crash: FAILED in round %d\n%s" % (number, "\n".join(wrong[:20])))
        last_revision = revision
        writers = [Writer(server, w, number, arguments.seed) for w in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(0.2 + chance.random() * 0.8)
        server.kill()
        for writer in writers:
            writer.join(30)
        everyone += writers
        acknowledged += sum(len(w.versions) for w in writers)
    server.start()
    wrong = verify(everyone, *read_all(server))
    code = server.stop()
    check = subprocess.run([server.binary, "storage", "check", f"--data-dir={directory}/data"], capture_output=True, text=True)
    if wrong or code != 0 or check.returncode != 0:
        sys.exit("crash: FAILED at the end\n" + "\n".join(wrong[:20]) + check.stdout + check.stderr)
    shutil.rmtree(directory, ignore_errors=True)
    print(f"crash: {arguments.rounds} kills, {acknowledged} acknowledged creates and updates, none lost")


main()
