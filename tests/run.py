#!/usr/bin/env python3
"""What `./dev test` runs: every suite, in the order that finds faults soonest. Closes with `N passed, N failed`.

  run.py [SUITE…]    style unit kubectl golden protobuf crash flood client controllers javascript examples install etcd
                     asan-ubsan tsan fuzz sanitized-dialogues; all: every one; none named: DEFAULT
"""
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
PYTHON = sys.executable
KUBECTL = ".cache/kubectl/kubectl"
# What runs when no suite is named: the release build. The sanitizers' builds and the fuzz targets take three times as long.
DEFAULT = {"style", "unit", "kubectl", "golden", "protobuf", "crash", "flood", "client", "controllers", "javascript", "examples",
           "install", "etcd"}
# They spend their time waiting for watches, so they run side by side.
WAITING = ("golden", "protobuf")
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/tests/support/tsan.supp",
    "LLVM_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


def build(preset, target=""):
    return ["bash", "-c", f"source tools/workshop.sh; build {preset} {target}"]


def ctest(preset):
    return ["ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "-j", str(os.cpu_count()), "--timeout", "600"]


def against(preset):
    """The suites that drive a whole server."""
    binary = f"build/{preset}/bin/pedalion"
    return [("kubectl", [PYTHON, "tests/kubectl/run.py", "--binary", binary, "--kubectl", KUBECTL]),
            ("golden", [PYTHON, "tests/golden/replay.py", "--binary", binary]),
            ("protobuf", [PYTHON, "tests/golden/replay.py", "--binary", binary,
                          "--protobuf", f"build/{preset}/bin/pedalion-transcode"]),
            ("crash", [PYTHON, "tests/crash.py", "--binary", binary, "--rounds", "20" if preset == "release" else "3"]),
            ("flood", [PYTHON, "tests/flood.py", "--binary", binary]),
            ("client", [PYTHON, "tests/client_chaos.py", "--binary", binary]),
            ("controllers", [PYTHON, "tests/controllers.py", "--binary", binary, "--kubectl", KUBECTL]),
            ("examples", [PYTHON, "tests/examples.py", "--binary", binary, "--examples", f"build/{preset}/bin",
                          "--kubectl", KUBECTL])]


def on_etcd():
    """The suites of servers that keep everything in etcd."""
    binary = ["--binary", "build/release/bin/pedalion"]
    return [("etcd", [PYTHON, "tests/etcd.py", *binary]),
            ("kubectl on etcd", [PYTHON, "tests/kubectl/run.py", *binary, "--kubectl", KUBECTL, "--storage", "etcd"]),
            ("golden on etcd", [PYTHON, "tests/golden/replay.py", *binary, "--storage", "etcd"]),
            ("members' faults", [PYTHON, "tests/etcd_faults.py", *binary, "--faults", "members", "--seconds", "30"]),
            ("network's faults", [PYTHON, "tests/etcd_faults.py", *binary, "--faults", "network", "--seconds", "30"])]


def suites():
    """(suite, step, command)"""
    yield "style", "style", [PYTHON, "tests/style/check.py"]
    for suite in ("unit", "kubectl", "golden", "protobuf", "crash", "flood", "client", "controllers", "examples"):
        yield suite, "build release", build("release")
        commands = {"unit": ctest("release"), **dict(against("release"))}
        yield suite, f"{suite} (release)", commands[suite]
    release = ["--binary", "build/release/bin/pedalion"]
    for suite in ("javascript", "install"):
        yield suite, "build release", build("release")
    yield "javascript", "javascript (release)", [PYTHON, "tests/javascript/run.py", *release]
    yield "install", "install (release)", [PYTHON, "tests/install.py"]
    for name, command in on_etcd():
        yield "etcd", f"{name} (release)", command
    for preset in ("asan-ubsan", "tsan"):
        yield preset, f"build {preset}", build(preset)
        yield preset, f"unit ({preset})", ctest(preset)
        for name, command in against(preset):
            if name not in WAITING:
                yield preset, f"{name} ({preset})", command
    yield "fuzz", "build fuzz", build("fuzz", "fuzzers")
    yield "fuzz", "fuzz", [PYTHON, "tests/fuzz.py", "--seconds", "2"]
    for preset in ("asan-ubsan", "tsan"):
        yield "sanitized-dialogues", f"build {preset}", build(preset)
        for name, command in against(preset):
            if name in WAITING:
                yield "sanitized-dialogues", f"{name} ({preset})", command


class Step:
    """A command under way. What runs beside others shows its output when it has ended."""

    def __init__(self, name, command, beside):
        print(f"\n===== {name}", flush=True)
        self.name, self.began = name, time.time()
        self.output = tempfile.TemporaryFile() if beside else None
        environment = {**os.environ, **SANITIZER_OPTIONS}
        if "release" not in name:
            environment["NO_MEMORY_LIMIT"] = "1"
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.output, stderr=self.output)

    def passes(self):
        code = self.process.wait()
        if self.output:
            self.output.seek(0)
            print(f"\n===== {self.name}\n{self.output.read().decode(errors='replace')}", end="")
        print(f"===== {self.name}: {'passed' if code == 0 else 'FAILED'} in {time.time() - self.began:.0f} s", flush=True)
        return code == 0


def main():
    wanted = set(sys.argv[1:]) or DEFAULT
    unknown = wanted - {suite for suite, _, _ in suites()} - {"all"}
    if unknown:
        sys.exit(f"run.py: no suite {', '.join(sorted(unknown))}")
    passed, failed, built, waiting = 0, [], set(), []

    def finish(step):
        nonlocal passed
        if not step.passes():
            failed.append(step.name)
            return False
        passed += not step.name.startswith("build")
        return True

    for suite, name, command in suites():
        if ("all" not in wanted and suite not in wanted) or name in built:
            continue
        beside = name.split()[0] in WAITING
        while waiting and not beside:
            finish(waiting.pop(0))
        step = Step(name, command, beside)
        if beside:
            waiting.append(step)
        elif not finish(step) and name.startswith("build"):
            break
        built.add(name)
    for step in waiting:
        finish(step)
    for name in failed:
        print(f"failed: {name}")
    print(f"\n{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
