#!/usr/bin/env python3
"""Replays recorded HTTP dialogues against a fresh Pedalion server and compares every answer with the recorded one.

  replay.py --binary build/release/bin/pedalion [FOLDER...]    a server of its own for each folder
  replay.py --server https://127.0.0.1:6443 --token T FOLDER   a server that is there
  replay.py /elsewhere/golden/core                             dialogues that lie outside of this folder
  replay.py --protobuf build/release/bin/pedalion-transcode    the same dialogues by a client that speaks protobuf

A folder passes when every step matches, but for those listed in known/FOLDER.txt with a reason. A listed step that matches fails
the run too: the list may only shrink.
"""
import argparse
import concurrent.futures
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from golden.dialogue import Player, Mask, differences, load  # noqa: E402
from golden.protobuf import ProtobufPlayer, Transcoder  # noqa: E402
from support.server import Server  # noqa: E402

# How much of each folder has to match, of the steps that count.
FOLDERS = ["surface", "list", "watch", "core", "groups", "patch", "apply", "meta", "delete"]
WANTED_SHARE = 0.95  # of the steps that count
# How reasons begin that speak of parts that are not there yet: such steps do not count against the share.
NOT_COUNTED = ("custom resources", "RBAC", "policies")
TOKENS = 'admin-token,admin,admin-uid,"system:masters"\nalice-token,alice,alice-uid,"dev,qa"\n' \
         'bob-token,bob,bob-uid\ncarol-token,carol,carol-uid,"ops"\n'


def known_differences(folder, protobuf=False):
    """{"scenario/step" or "scenario": reason}"""
    name = os.path.basename(folder.rstrip(os.sep))
    known = read_known(name)
    return {**known, **read_known(name + "-protobuf")} if protobuf else known


def read_known(name):
    known, path = {}, os.path.join(HERE, "known", name + ".txt")
    if not os.path.exists(path):
        return known
    with open(path) as lines:
        for line in lines:
            line = line.strip()
            if line and not line.startswith("#"):
                where, _, reason = line.partition(" ")
                if not reason:
                    sys.exit(f"{path}: {where} is listed without a reason")
                known[where] = reason.strip()
    return known


def replay_scenario(url, tokens, scenario, transcoder):
    """Yields (step id, list of differences) for each step that has a recorded answer."""
    outcome = []
    player = ProtobufPlayer(url, tokens, transcoder) if transcoder else Player(url, tokens)
    how = {"opened": player.opened} if transcoder else {}

    def on_answer(step, answer):
        outcome.append((step["id"], step, differences(step, scenario, answer, url, **how)))

    try:
        player.play(scenario, on_answer)
    except Exception as error:  # a broken dialogue is a difference of its own
        done = {entry[0] for entry in outcome}
        for step in scenario["steps"]:
            if "response" in step and step["id"] not in done:
                outcome.append((step["id"], step, [("", "an answer", f"{type(error).__name__}: {error}")]))
    return outcome


def path_of(folder):
    return folder if os.sep in folder else os.path.join(HERE, folder)


def replay_folder(folder, url, tokens, arguments):
    lines, steps, bad, limit = [], 0, [], arguments.limit
    transcoder = Transcoder(arguments.protobuf) if arguments.protobuf else None
    for scenario in load(path_of(folder)):
        if arguments.only and not re.search(arguments.only, scenario["name"]):
            continue
        for step_id, step, found in replay_scenario(url, tokens, scenario, transcoder):
            steps += 1
            if not found:
                continue
            where = f"{scenario['name']}/{step_id}"
            request = step.get("request", {})
            bad.append((where, [f"  {where}: {request.get('method', 'collect')} {request.get('path', '')}"] +
                        [f"     {path}: want {short(want)}  got {short(got)}" for path, want, got in found[:limit]]))
    return folder, steps, bad, lines


def short(value, length=200):
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= length else text[:length] + "…"


def with_server(arguments, folder):
    tokens = {"admin": arguments.token} if arguments.token else {}
    if arguments.server:
        return replay_folder(folder, arguments.server, tokens, arguments)
    flags = ["--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true",
             "--disable-admission-plugins=ServiceAccount",
             "--service-account-issuer=https://kubernetes.default.svc.cluster.local"]
    with Server(arguments.binary, tokens=TOKENS, flags=flags, signing_key=True,
                storage=arguments.storage) as server:
        return replay_folder(folder, server.url, tokens, arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--storage", default="embedded", help="embedded, memory, etcd (one is started), or etcd's URLs")
    parser.add_argument("--server")
    parser.add_argument("--token")
    parser.add_argument("--only", help="regular expression on scenario names; known/ is not held against the rest")
    parser.add_argument("--protobuf", metavar="TRANSCODE", help="speak protobuf, with this pedalion-transcode")
    parser.add_argument("--limit", type=int, default=6, help="differences shown per step")
    parser.add_argument("--all", action="store_true", help="show known differences too")
    arguments = parser.parse_args()
    folders = arguments.folders or FOLDERS
    failed = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(folders)) as pool:
        for folder, steps, bad, _ in pool.map(lambda f: with_server(arguments, f), folders):
            failed |= report(folder, steps, bad, known_differences(folder, arguments.protobuf), arguments)
    sys.exit(1 if failed else 0)


def reason_for(where, known):
    return known.get(where) or known.get(where.rsplit("/", 1)[0])


def report(folder, steps, bad, known, arguments):
    unknown = [entry for entry in bad if not reason_for(entry[0], known)]
    for where, text in bad:
        if arguments.all or not reason_for(where, known):
            print("\n".join(text))
    uncounted = [w for w, _ in bad if (reason_for(w, known) or "").startswith(NOT_COUNTED)]
    counted = steps - len(uncounted)
    share = (steps - len(bad)) / counted if counted else 1.0
    print(f"{folder}: {steps - len(bad)} of {steps} steps match ({100 * share:.1f}% of those that count); "
          f"{len(bad) - len(unknown)} known differences, {len(unknown)} new")
    if arguments.only or arguments.protobuf:
        return bool(unknown)
    seen = {w for w, _ in bad} | {w.rsplit("/", 1)[0] for w, _ in bad}
    stale = [w for w in known if w not in seen]
    for where in stale:
        print(f"  {where} matches now: take it out of known/")
    if share < WANTED_SHARE:
        print(f"  {folder}: less than {100 * WANTED_SHARE:.0f}% of the steps match")
    return bool(unknown) or bool(stale) or share < WANTED_SHARE


main()
