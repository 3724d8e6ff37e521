#!/usr/bin/env python3
"""What `./dev test` runs: every suite, in the order that finds faults soonest. Closes with `N passed, N failed`.

  run.py [SUITE…]    style unit kubectl golden protobuf crash flood asan-ubsan tsan fuzz; all: every one; none named: DEFAULT
"""
import os
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
PYTHON = sys.executable
KUBECTL = ".cache/kubectl/kubectl"
# What runs when no suite is named. The sanitizer builds and the fuzz targets take four times as long: `./dev test all`.
DEFAULT = {"style", "unit", "kubectl", "golden", "protobuf", "crash", "flood"}
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/tests/support/tsan.supp",
    "LLVM_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


def build(preset):
    return ["bash", "-c", f"source tools/workshop.sh; build {preset}"]


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
            ("flood", [PYTHON, "tests/flood.py", "--binary", binary])]


def suites():
    """(suite, step, command)"""
    yield "style", "style", [PYTHON, "tests/style/check.py"]
    for suite in ("unit", "kubectl", "golden", "protobuf", "crash", "flood"):
        yield suite, "build release", build("release")
        commands = {"unit": ctest("release"), **dict(against("release"))}
        yield suite, f"{suite} (release)", commands[suite]
    for preset in ("asan-ubsan", "tsan"):
        yield preset, f"build {preset}", build(preset)
        yield preset, f"unit ({preset})", ctest(preset)
        for name, command in against(preset):
            yield preset, f"{name} ({preset})", command
    yield "fuzz", "build fuzz", build("fuzz")
    yield "fuzz", "fuzz", [PYTHON, "tests/fuzz.py", "--seconds", "5"]


def main():
    wanted = set(sys.argv[1:]) or DEFAULT
    if "all" in wanted:
        wanted = set()
    passed, failed, built = 0, [], set()
    environment = {**os.environ, **SANITIZER_OPTIONS}
    for suite, step, command in suites():
        if wanted and suite not in wanted or step in built:
            continue
        print(f"\n===== {step}", flush=True)
        began = time.time()
        extra = {} if "release" in step else {"NO_MEMORY_LIMIT": "1"}
        code = subprocess.run(command, cwd=ROOT, env={**environment, **extra}).returncode
        print(f"===== {step}: {'passed' if code == 0 else 'FAILED'} in {time.time() - began:.0f} s", flush=True)
        if step.startswith("build"):
            built.add(step)
            if code != 0:
                failed.append(step)
                break
        elif code == 0:
            passed += 1
        else:
            failed.append(step)
    for step in failed:
        print(f"failed: {step}")
    print(f"\n{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
