#!/usr/bin/env python3
"""Installs what is built, and uses it as somebody else's project would: find_package, pkg-config, each header alone, the
Debian packages.

  install.py --build build/release
"""
import argparse
import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
COMPILER = "clang++-19"
# Headers of the client library and of what it stands on: they compile with nothing included before.
CLIENT_HEADERS = ("base", "http", "client")
SMALL_PROGRAM = "list_pods"
LARGEST_PROGRAM_ADDS = 3 << 20  # bytes that the client library adds to a stripped program


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def find_package(prefix, work):
    """examples/ as a project of its own."""
    run("cmake", "-S", f"{ROOT}/examples", "-B", f"{work}/consumer", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache",
        "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-19")
    run("cmake", "--build", f"{work}/consumer")
    assert os.path.exists(f"{work}/consumer/example_greeting_server")


def pkg_config(prefix, work):
    environment = dict(os.environ, PKG_CONFIG_PATH=f"{prefix}/lib/pkgconfig")
    flags = run("pkg-config", "--cflags", "--libs", "pedalion-client", env=environment).split()
    program = f"{work}/{SMALL_PROGRAM}"
    run(COMPILER, f"{ROOT}/examples/{SMALL_PROGRAM}.cc", "-o", program, "-O2", "-s", "-fuse-ld=lld-19", "-Wl,--gc-sections",
        "-Wl,--as-needed", *flags)
    size = os.path.getsize(program)
    print(f"a stripped program with the client library: {size / 1e6:.2f} MB")
    assert size <= LARGEST_PROGRAM_ADDS, size


def headers_alone(prefix, work):
    headers = [header for folder in CLIENT_HEADERS
               for header in glob.glob(f"{prefix}/include/pedalion/{folder}/**/*.h", recursive=True)]
    assert len(headers) > 40, headers

    def compile_alone(header):
        return run(COMPILER, "-std=c++23", "-fsyntax-only", "-Wall", "-Wno-pragma-once-outside-header",
                   f"-I{prefix}/include", "-x", "c++", header)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_alone, headers))
    print(f"{len(headers)} headers compile alone")


def packages(build, work):
    run("cpack", "-G", "DEB", "-B", f"{work}/packages", cwd=build)
    program, development = (glob.glob(f"{work}/packages/{name}_*.deb")[0] for name in ("pedalion", "libpedalion-dev"))
    run("dpkg-deb", "-x", program, f"{work}/unpacked")
    assert run(f"{work}/unpacked/usr/bin/pedalion", "version").startswith("pedalion ")
    assert os.path.exists(f"{work}/unpacked/usr/lib/libpedalion_etcd3.so")
    contents = run("dpkg-deb", "-c", development)
    assert "usr/include/pedalion/client/api/kinds.h" in contents and "pedalionConfig.cmake" in contents
    assert "_test" not in contents and "_internal.h" not in contents


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    build = os.path.abspath(parser.parse_args().build)
    with tempfile.TemporaryDirectory(prefix="pedalion-install-") as work:
        prefix = f"{work}/prefix"
        run("cmake", "--install", build, "--prefix", prefix)
        for step, arguments in ((find_package, (prefix, work)), (pkg_config, (prefix, work)),
                                (headers_alone, (prefix, work)), (packages, (build, work))):
            began = time.time()
            step(*arguments)
            print(f"{step.__name__}: passed in {time.time() - began:.1f} s", flush=True)


main()
