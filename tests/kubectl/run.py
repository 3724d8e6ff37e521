#!/usr/bin/env python3
"""Drives an unmodified kubectl (and helm) against a fresh Pedalion server, as a person would, and checks what it prints.

  run.py --binary build/release/bin/pedalion --kubectl .cache/kubectl/kubectl --helm .cache/helm/helm [--only REGEX]
"""
import argparse
import os
import re
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import commands  # noqa: E402,F401  (each adds its cases)
import writes  # noqa: E402,F401
from harness import CASES, Kubectl  # noqa: E402
from support.server import Server  # noqa: E402


def run_case(function, k):
    try:
        function(k)
        print(f"ok   {function.__name__}", flush=True)
        return True
    except Exception:
        print(f"FAIL {function.__name__}\n{traceback.format_exc(limit=3)}", flush=True)
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--storage", default="embedded", help="embedded, memory, etcd (one is started), or etcd's URLs")
    parser.add_argument("--kubectl", default=".cache/kubectl/kubectl")
    parser.add_argument("--helm", default=".cache/helm/helm")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with Server(arguments.binary, storage=arguments.storage) as server, tempfile.TemporaryDirectory() as home:
        k = Kubectl(arguments.kubectl, server.kubeconfig, home, helm=arguments.helm)
        outcome = [run_case(function, k) for function in CASES if re.search(arguments.only, function.__name__)]
    print(f"kubectl: {sum(outcome)} passed, {len(outcome) - sum(outcome)} failed")
    sys.exit(0 if all(outcome) else 1)


main()
