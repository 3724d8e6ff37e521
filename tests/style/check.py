#!/usr/bin/env python3
"""Holds the tree to the house style: the layer table, sizes, READMEs, first lines, banned words. Prints every breach."""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

# Rows of the layout: an include goes only to a lower row, or stays within its own top folder.
ROWS = {"base": 0, "http": 1, "apimachinery": 1, "storage": 1, "watchcache": 2, "registry/rest": 3, "admission": 4,
        "registry/generic": 5, "registry/builtin": 6, "registry": 6, "endpoints": 7, "server": 8, "client": 8,
        "controllers": 9, "controlplane": 10}
# What the client library and what is written on it may see: they work against any server.
CLIENT_SEES = {"client": {"client", "http", "apimachinery", "base"},
               "controllers": {"controllers", "client", "http", "apimachinery", "base"}}
# Folders of one row that may see each other in this order.
APIMACHINERY = ["json", "meta", "selector", "quota", "schema", "scheme", "codec", "patch", "managedfields", "testing"]
FOREIGN = {"rocksdb/": {"storage/embedded"}, "nghttp2/": {"http"}, "boost/": {"http"}, "simdjson": {"apimachinery/json"},
           "grpcpp/": {"storage/etcd3", "storage/kms"}, "sodium": {"storage/encryption"}}

HEADER_LINES, SOURCE_LINES, TEST_LINES, FUNCTION_LINES, COLUMNS, SOURCES_A_FOLDER = 300, 500, 800, 60, 120, 25
BANNED = [(r"\b(TODO|FIXME|XXX|HACK)\b", "finish it, or say in the README that it is not there"),
          (r"using namespace std;", "name what is used"),
          (r"\bstd::regex\b", "RE2: std::regex overflows the stack on long input"),
          (r"/(work|farm)/", "a path of one machine")]
# Functions that were longer when this rule came: they may shrink, not grow. function name -> lines
RATCHET_FILE = os.path.join(os.path.dirname(__file__), "long_functions.txt")

problems = []


def complain(path, line, text):
    problems.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def tracked():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return [path for path in listed if path and os.path.exists(os.path.join(ROOT, path))]


def row_of(folder):
    while folder:
        if folder in ROWS:
            return ROWS[folder]
        folder = os.path.dirname(folder)
    return None


def check_include(path, number, target):
    """`path` and `target` below pedalion/."""
    source_folder, target_folder = os.path.dirname(path), os.path.dirname(target)
    source_row, target_row = row_of(source_folder), row_of(target_folder)
    if source_row is None or target_row is None:
        complain("pedalion/" + path, number, f"{target_folder or source_folder} has no row in the layer table")
    elif target_row > source_row:
        complain("pedalion/" + path, number, f"row {source_row} includes {target} of row {target_row}")
    elif target_row == source_row and source_folder.split("/")[0] != target_folder.split("/")[0]:
        complain("pedalion/" + path, number, f"{source_folder} and {target_folder} stand in one row")
    top, target_top = source_folder.split("/")[0], target_folder.split("/")[0]
    if top in CLIENT_SEES and target_top not in CLIENT_SEES[top]:
        complain("pedalion/" + path, number, f"{top} sees nothing of {target_top}")
    if source_folder.startswith("apimachinery/") and target_folder.startswith("apimachinery/"):
        order = [APIMACHINERY.index(folder.split("/")[1]) for folder in (source_folder, target_folder)]
        if order[1] > order[0] and not path.endswith(("_test.cc", "_fuzz.cc", "_bench.cc")):
            complain("pedalion/" + path, number, f"{target} comes after {source_folder} in apimachinery")


def check_includes(path, lines):
    if not path.startswith("pedalion/"):
        return
    inner = path[len("pedalion/"):]
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include ["<]([^">]+)[">]', line)
        if not match:
            continue
        target = match.group(1)
        if target.startswith("pedalion/"):
            check_include(inner, number, target[len("pedalion/"):])
        for prefix, homes in FOREIGN.items():
            if target.startswith(prefix):
                at_home = any(inner.startswith(home) for home in homes)
                if not at_home or (inner.endswith(".h") and not inner.endswith("_internal.h") and prefix not in ("nghttp2/", "grpcpp/")):
                    complain(path, number, f"{target} stays in the sources of {', '.join(sorted(homes))}")


def functions(lines):
    """(name, first line, length) of the functions of a source in this project's formatting."""
    start, name = None, None
    for number, line in enumerate(lines, 1):
        if start is None:
            match = re.match(r"^(?:  )?(?=\S)(?!namespace|class|struct|enum|union|extern|using|#|//|constexpr|static constexpr|const |return|if|for|while|switch)"
                             r"[\w:<>,&*~\[\]\s\"()=.|!-]*?([\w:~]+)\(.*\{\s*$", line)
            if match:
                start, name, indent = number, match.group(1), re.match(r" *", line).group()
        elif re.match(indent + r"\}", line):
            yield name, start, number - start + 1
            start = None


def check_sizes(path, lines, ratchet):
    test = path.endswith("_test.cc")
    limit = HEADER_LINES if path.endswith(".h") else TEST_LINES if test else SOURCE_LINES
    if len(lines) > limit:
        complain(path, 0, f"{len(lines)} lines; at most {limit}")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and "http" not in line and 'R"' not in line:
            complain(path, number, f"{len(line)} columns; at most {COLUMNS}")
    if not test:
        for name, start, length in functions(lines):
            if length > max(FUNCTION_LINES, ratchet.get(f"{path} {name}", 0)):
                complain(path, start, f"{name} has {length} lines; at most {FUNCTION_LINES}")


def check_words(path, lines):
    for number, line in enumerate(lines, 1):
        for pattern, advice in BANNED:
            if re.search(pattern, line):
                complain(path, number, f"`{re.search(pattern, line).group()}`: {advice}")


def check_folders(paths):
    folders = {}
    for path in paths:
        if path.startswith("pedalion/"):
            folders.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    for folder, names in sorted(folders.items()):
        readme = os.path.join(ROOT, folder, "README.md")
        if folder != "pedalion" and not os.path.exists(readme):
            complain(folder, 0, "has no README.md")
        sources = [n for n in names if n.endswith(".cc") and not re.search(r"_(test|bench|fuzz)\.cc$", n)]
        if len(sources) > SOURCES_A_FOLDER:
            complain(folder, 0, f"{len(sources)} sources; at most {SOURCES_A_FOLDER}: split it by noun")


def check_header(path, lines):
    if not lines or lines[0] != "#pragma once":
        complain(path, 1, "the first line is #pragma once")
    elif len(lines) < 2 or not lines[1].startswith("//"):
        complain(path, 2, "the second line says what the file is for")


def read_ratchet():
    ratchet = {}
    if os.path.exists(RATCHET_FILE):
        for line in open(RATCHET_FILE):
            if line.strip() and not line.startswith("#"):
                path, name, length = line.split()
                ratchet[f"{path} {name}"] = int(length)
    return ratchet


def main():
    paths, ratchet = tracked(), read_ratchet()
    for path in paths:
        if not path.endswith((".cc", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt", ".md")) or path.startswith("tests/golden/known"):
            continue
        with open(os.path.join(ROOT, path), errors="replace") as file:
            lines = file.read().split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        if not path.startswith("tests/style/"):
            check_words(path, lines)
        if path.endswith((".cc", ".h")):
            check_includes(path, lines)
            check_sizes(path, lines, ratchet)
        if path.endswith(".h") and path.startswith("pedalion/"):
            check_header(path, lines)
    check_folders(paths)
    print("\n".join(problems))
    print(f"style: {len(problems)} breaches in {len(paths)} files")
    sys.exit(1 if problems else 0)


main()
