"""What the cases are written with: kubectl and helm as a person runs them, and checks of what they print."""
import json
import os
import re
import subprocess

MANIFESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "manifests")
CASES = []


def case(function):
    CASES.append(function)
    return function


class Kubectl:
    def __init__(self, program, kubeconfig, home, helm=None):
        self.program, self.helm = os.path.abspath(program), helm and os.path.abspath(helm)
        self.environment = dict(os.environ, KUBECONFIG=kubeconfig, HOME=home, KUBE_EDITOR="true")

    def run(self, *words, stdin=None, expect=0, environment=None, timeout=60, program=None):
        done = subprocess.run([program or self.program, *words], input=stdin, capture_output=True, text=True, timeout=timeout,
                              env={**self.environment, **(environment or {})})
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{os.path.basename(program or self.program)} {' '.join(words)}: exit {done.returncode}, wanted {expect}\n"
                                 f"stdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}")
        self.errors = done.stderr
        return done.stdout

    def __call__(self, line, **options):
        return self.run(*line.split(), **options)

    def json(self, line):
        return json.loads(self.run(*line.split(), "-o", "json"))

    def start(self, line):
        return subprocess.Popen([self.program, *line.split()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=self.environment)


def has(text, *wanted):
    for piece in wanted:
        assert re.search(piece, text, re.M), f"{piece!r} not found in:\n{text}"
