#!/usr/bin/env python3
"""The JavaScript client against a fresh server.

  run.py --binary build/release/bin/pedalion --modules .cache/javascript
"""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from support.server import Server  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--modules", default=".cache/javascript")
    options = parser.parse_args()
    # Modules are looked for above the program: it runs beside them.
    program = shutil.copy(os.path.join(HERE, "client.mjs"), options.modules)
    with Server(options.binary) as server:
        environment = dict(os.environ, KUBECONFIG=server.kubeconfig)
        code = subprocess.run(["node", program], env=environment, timeout=120).returncode
    sys.exit(code)


main()
