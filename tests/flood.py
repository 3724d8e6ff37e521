#!/usr/bin/env python3
"""Bad and hostile input against a running server: each piece gets the answer it should, and the server goes on.

  flood.py --binary build/release/bin/pedalion
"""
import argparse
import json
import os
import random
import socket
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.server import Server  # noqa: E402

SEED = int(os.environ.get("SEED", time.time()))
AUTHORIZATION = "Authorization: Bearer admin-token\r\n"


def connect(server, protocol="http/1.1"):
    context = ssl._create_unverified_context()
    context.set_alpn_protocols([protocol])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=20), server_hostname="localhost")


def ask(server, request, wait_for_close=False):
    """Sends bytes, returns what comes back until the answer is whole or the server closes."""
    with connect(server) as connection:
        try:
            connection.sendall(request)
            answer = b""
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return answer
                answer += piece
                head, _, body = answer.partition(b"\r\n\r\n")
                for line in head.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:") and len(body) >= int(line.split(b":")[1]) and not wait_for_close:
                        return answer
        except (ConnectionError, ssl.SSLError, TimeoutError):
            return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def post(path, body, content_type="application/json", extra=""):
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\n{AUTHORIZATION}Content-Type: {content_type}\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def get(path, extra=""):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{AUTHORIZATION}{extra}\r\n".encode()


CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


def malformed_bodies(server):
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 20000, b'{"kind":"ConfigMap","apiVersion":"v1","metadata":7}',
                 b'{"metadata":{"name":"x"},"data":[1]}', b'"text"', b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}'):
        answer = ask(server, post(CONFIGMAPS, body))
        assert status_of(answer) in (400, 422), (body[:40], answer[:300])
        assert b'"kind":"Status"' in answer, answer[:300]
    answer = ask(server, post(CONFIGMAPS, b"a: [&x *x, &y [*x,*x]]\nb: *nope\n", "application/yaml"))
    assert status_of(answer) == 400, answer[:300]
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12))
    assert status_of(ask(server, post(CONFIGMAPS, bomb.encode(), "application/yaml"))) == 400
    assert status_of(ask(server, post(CONFIGMAPS, b"{}", "text/strange"))) == 415


def too_large(server):
    answer = ask(server, post(CONFIGMAPS, b'{"data":{"a":"' + b"x" * (3 * 1024 * 1024) + b'"}}'))
    assert status_of(answer) == 413 and b"limit is 3145728" in answer, answer[:300]
    answer = ask(server, get("/version", "X-Big: " + "x" * (1200 * 1024) + "\r\n"))
    assert status_of(answer) in (431, 0), answer[:300]


def bad_requests(server):
    for request in (b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n\r\n",
                    b"\x00\x01\x02\x03\r\n\r\n"):
        answer = ask(server, request, wait_for_close=True)
        assert status_of(answer) in (0, 400, 401, 403, 501, 505), (request, answer[:200])
    for path in ("/api/v1/namespaces/default/pods/..%2f..", "/api/v1/namespaces/%00/pods", "/api/v1/pods?limit=x",
                 "/api/v1/pods?labelSelector=a%20b%20c", "/api/v1/pods?fieldSelector=%3D%3D%3D", "/api/v1/pods?continue=%25",
                 "/api/v1/pods?resourceVersion=abc", "/api/v1/pods?timeoutSeconds=abc", "/api//v1/pods", "/api/v1/namespaces//pods"):
        answer = ask(server, get(path))
        assert 200 <= status_of(answer) < 500, (path, answer[:300])


def garbage_on_the_tls_port(server):
    for number in range(50):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
            raw.sendall(random.Random(f"{SEED}/{number}").randbytes(200))
            try:
                raw.recv(1000)
            except OSError:
                pass


def http2_garbage(server):
    for number in range(50):
        chance = random.Random(f"{SEED}/h2/{number}")
        with connect(server, "h2") as connection:
            try:
                connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + chance.randbytes(400))
                connection.settimeout(2)
                while connection.recv(65536):
                    pass
            except OSError:
                pass


def resets_in_mid_body(server):
    for number in range(100):
        connection = connect(server)
        connection.sendall(post(CONFIGMAPS, b"x" * 1000)[:-500])
        connection.close()


def slow_clients(server):
    """Half a head each; they must neither block others nor outlive the header timeout for ever."""
    lorises = [connect(server) for _ in range(200)]
    for loris in lorises:
        loris.sendall(b"GET /version HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    began = time.time()
    assert status_of(ask(server, get("/version"))) == 200
    assert time.time() - began < 5
    for loris in lorises:
        loris.close()


def watchers_that_do_not_read(server):
    watchers = []
    for _ in range(20):
        watcher = connect(server)
        watcher.sendall(get(f"{CONFIGMAPS}?watch=1&resourceVersion=0"))
        watchers.append(watcher)
    body = json.dumps({"metadata": {"generateName": "fat-"}, "data": {"a": "x" * 100000}}).encode()
    before = memory(server)
    for _ in range(200):
        answer = ask(server, post(CONFIGMAPS, body))
        assert status_of(answer) == 201, answer[:300]
    for watcher in watchers:
        watcher.close()
    grown = memory(server) - before
    # 200 objects of 100 kB, once in the store's memory, once in the cache and its window; never once a watcher.
    limit = 200 << 20 if "NO_MEMORY_LIMIT" not in os.environ else 1 << 40
    assert grown < limit, f"20 watchers that do not read cost {grown >> 20} MiB"


def memory(server):
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096


def many_at_once(server):
    """64 writers of one object: no update may be lost."""
    ask(server, post(CONFIGMAPS, json.dumps({"metadata": {"name": "counter"}, "data": {"n": "0"}}).encode()))
    failures = []

    def count():
        for _ in range(5):
            while True:
                head, _, body = ask(server, get(f"{CONFIGMAPS}/counter")).partition(b"\r\n\r\n")
                counter = json.loads(body)
                counter["data"]["n"] = str(int(counter["data"]["n"]) + 1)
                request = post(f"{CONFIGMAPS}/counter", json.dumps(counter).encode()).replace(b"POST", b"PUT", 1)
                status = status_of(ask(server, request))
                if status == 200:
                    break
                if status != 409:
                    failures.append(status)
                    return

    threads = [threading.Thread(target=count) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, _, body = ask(server, get(f"{CONFIGMAPS}/counter")).partition(b"\r\n\r\n")
    assert not failures and json.loads(body)["data"]["n"] == "80", (failures, body[:500])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    arguments = parser.parse_args()
    print(f"flood: seed {SEED}")
    failed = 0
    with Server(arguments.binary) as server:
        for attack in (malformed_bodies, too_large, bad_requests, garbage_on_the_tls_port, http2_garbage, resets_in_mid_body,
                       slow_clients, watchers_that_do_not_read, many_at_once):
            try:
                attack(server)
                assert server.process.poll() is None, "the server is gone"
                assert status_of(ask(server, get("/version"))) == 200, "the server does not answer any more"
                print(f"ok   {attack.__name__}", flush=True)
            except Exception as error:
                failed += 1
                print(f"FAIL {attack.__name__}: {type(error).__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)


main()
