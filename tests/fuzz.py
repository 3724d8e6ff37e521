#!/usr/bin/env python3
"""Runs every fuzz target that build/fuzz/fuzzers.txt names for some seconds each. A finding stays in build/fuzz/findings.

  fuzz.py [--seconds 5]
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.path.join(ROOT, "build", "fuzz")


def fuzz(target, seconds):
    corpus, findings = os.path.join(BUILD, "corpus", target), os.path.join(BUILD, "findings")
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(findings, exist_ok=True)
    done = subprocess.run([os.path.join(BUILD, "bin", target), corpus, f"-max_total_time={seconds}", "-timeout=10",
                           "-rss_limit_mb=2048", "-max_len=65536", f"-artifact_prefix={findings}/{target}-"],
                          capture_output=True, text=True, errors="replace")
    return target, done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    arguments = parser.parse_args()
    with open(os.path.join(BUILD, "fuzzers.txt")) as names:
        targets = sorted(names.read().split())
    missing = [name for name in targets if not os.path.exists(os.path.join(BUILD, "bin", name))]
    if missing or not targets:
        sys.exit(f"fuzz: not built: {', '.join(missing) or 'anything'}")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for target, code, output in pool.map(lambda t: fuzz(t, arguments.seconds), targets):
            failed += code != 0
            print(f"{'ok  ' if code == 0 else 'FAIL'} {target}")
            if code != 0:
                print(output[-6000:])
    print(f"fuzz: {len(targets) - failed} targets passed, {failed} failed, {arguments.seconds} s each")
    sys.exit(1 if failed else 0)


main()
