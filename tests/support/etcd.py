"""An etcd of a test's own: one member, or a cluster whose members can be killed, paused and started again."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from support.server import free_port


class Member:
    def __init__(self, name, directory):
        self.name, self.directory = name, directory
        self.client = f"http://127.0.0.1:{free_port()}"
        self.peer = f"http://127.0.0.1:{free_port()}"
        self.process = None

    def start(self, cluster):
        with open(os.path.join(self.directory, self.name + ".log"), "ab") as log:
            self.process = subprocess.Popen(
                ["etcd", "--name", self.name, "--data-dir", os.path.join(self.directory, self.name), "--listen-client-urls", self.client,
                 "--advertise-client-urls", self.client, "--listen-peer-urls", self.peer, "--initial-advertise-peer-urls", self.peer,
                 "--initial-cluster", cluster, "--logger", "zap", "--log-level", "error"], stdout=log, stderr=subprocess.STDOUT)

    def send(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self):
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def healthy(self):
        try:
            with urllib.request.urlopen(self.client + "/health", timeout=2) as answer:
                return b'"true"' in answer.read()
        except (urllib.error.URLError, OSError):
            return False


class Etcd:
    """Use as a context manager. `members`: how many."""

    def __init__(self, members=1):
        self.directory = tempfile.mkdtemp(prefix="pedalion-etcd-")
        self.members = [Member(f"m{number}", self.directory) for number in range(members)]
        self.cluster = ",".join(f"{member.name}={member.peer}" for member in self.members)

    @property
    def endpoints(self):
        return ",".join(member.client for member in self.members)

    def start(self, seconds=60):
        for member in self.members:
            member.start(self.cluster)
        end = time.time() + seconds
        while not all(member.healthy() for member in self.members):
            if time.time() > end:
                raise RuntimeError(f"etcd was not healthy within {seconds} s; see {self.directory}")
            time.sleep(0.05)
        return self

    def stop(self):
        for member in self.members:
            member.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        self.stop()
