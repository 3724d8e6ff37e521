"""A way to a TCP server that can be cut, stalled or slowed."""
import random
import socket
import threading
import time
import urllib.parse


class Proxy:
    """Listens on a port of its own and hands bytes on to `target` (a URL). Faults: pass; refuse (new connections are reset, the
    old ones cut); cut (all connections are reset once, new ones pass); stall (bytes wait); slow (each piece waits 50 to 300 ms);
    truncate (a part of the next piece comes, then the end)."""

    def __init__(self, target):
        parts = urllib.parse.urlsplit(target)
        self.target = (parts.hostname, parts.port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.fault, self.pairs, self.lock = "pass", set(), threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def set(self, fault):
        self.fault = fault
        if fault in ("cut", "refuse"):
            with self.lock:
                pairs, self.pairs = self.pairs, set()
            for pair in pairs:
                for end in pair:
                    reset(end)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.fault == "refuse":
                reset(client)
                continue
            try:
                server = socket.create_connection(self.target, timeout=5)
                server.settimeout(None)
            except OSError:
                reset(client)
                continue
            with self.lock:
                self.pairs.add((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                while self.fault == "stall":
                    time.sleep(0.02)
                if self.fault == "slow":
                    time.sleep(random.uniform(0.05, 0.3))
                if self.fault == "truncate":
                    sink.sendall(data[:random.randrange(len(data))])
                    break
                sink.sendall(data)
        except OSError:
            pass
        reset(sink)
        reset(source)

    def close(self):
        self.listener.close()
        self.set("cut")


def reset(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
