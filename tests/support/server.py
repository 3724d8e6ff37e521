"""Starts a Pedalion server of a test's own, on a free port with a data directory of its own, and stops it again."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`tokens`: text of the token file. `flags`: further flags. Use as a context manager, or start() and stop()."""

    def __init__(self, binary, tokens='admin-token,admin,admin-uid,"system:masters"\n', flags=(), signing_key=False,
                 directory=None, storage="embedded"):
        self.binary, self.flags, self.storage = os.path.abspath(binary), list(flags), storage
        self.etcd = None
        self.own_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="pedalion-test-")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.process = None
        self.token_file = os.path.join(self.directory, "tokens.csv")
        with open(self.token_file, "w") as file:
            file.write(tokens)
        if signing_key:
            key = os.path.join(self.directory, "service-account.key")
            if not os.path.exists(key):
                subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
            self.flags += [f"--service-account-signing-key-file={key}", f"--service-account-key-file={key}"]

    @property
    def kubeconfig(self):
        return os.path.join(self.directory, "admin.kubeconfig")

    @property
    def log(self):
        return os.path.join(self.directory, "server.log")

    def storage_flags(self):
        """`storage`: embedded, memory, etcd (one of its own is started), or the URLs of an etcd that runs."""
        if self.storage == "etcd":
            from support.etcd import Etcd
            self.etcd = self.etcd or Etcd().start()
            return ["--etcd-servers=" + self.etcd.endpoints]
        if "://" in self.storage:
            return ["--etcd-servers=" + self.storage]
        return [f"--storage={self.storage}", f"--data-dir={self.directory}/data"]

    def command(self):
        return [self.binary, "serve", *self.storage_flags(),
                f"--cert-dir={self.directory}/certs", "--bind-address=127.0.0.1", f"--secure-port={self.port}",
                f"--token-auth-file={self.token_file}", f"--loopback-kubeconfig={self.kubeconfig}"] + self.flags

    def start(self, seconds=60):
        output = open(self.log, "ab")
        self.process = subprocess.Popen(self.command(), stdout=output, stderr=subprocess.STDOUT)
        output.close()
        end = time.time() + seconds
        while time.time() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            if self.is_ready():
                return self
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server was not ready within {seconds} s:\n{self.log_tail()}")

    def is_ready(self):
        try:
            with self.open("/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def open(self, path, token=None, method="GET", data=None, headers=(), timeout=30):
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=dict(headers))
        if token:
            request.add_header("Authorization", "Bearer " + token)
        return urllib.request.urlopen(request, timeout=timeout, context=ssl._create_unverified_context())

    def kill(self):
        """kill -9: what a crash is."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self, seconds=30):
        """SIGTERM; returns the exit code. A server that a sanitizer or an assertion stopped shows it here."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the server did not stop within {seconds} s of SIGTERM:\n{self.log_tail()}") from None

    def log_tail(self, lines=30):
        with open(self.log, errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        code = self.stop()
        if code != 0 and kind is None:
            raise RuntimeError(f"the server ended with {code}:\n{self.log_tail(60)}")
        if self.etcd:
            self.etcd.stop()
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)
