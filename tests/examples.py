#!/usr/bin/env python3
"""Runs each program of examples/ against a server, and checks what it says and what it has done.

  examples.py --binary build/release/bin/pedalion --examples build/release/bin [--kubectl FILE]
"""
import argparse
import json
import os
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support.server import Server, free_port  # noqa: E402

EXEC_KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: here, cluster: {{server: "{url}", insecure-skip-tls-verify: true}}}}]
contexts: [{{name: plugin, context: {{cluster: here, user: plugin}}}}]
users:
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: ./credential.sh
      env: [{{name: TOKEN, value: guest-token}}]
"""
CREDENTIAL = """#!/bin/sh
echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$TOKEN\\"}}"
"""
GREETING_KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: here, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
contexts: [{{name: greetings, context: {{cluster: here}}}}]
current-context: greetings
"""


class Examples:
    def __init__(self, server, options):
        self.server, self.options = server, options
        self.environment = dict(os.environ, KUBECONFIG=server.kubeconfig)

    def start(self, name, *arguments, **environment):
        return subprocess.Popen([os.path.join(self.options.examples, "example_" + name), *arguments], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**self.environment, **environment})

    def finish(self, process):
        output, _ = process.communicate(timeout=60)
        if process.returncode != 0:
            raise AssertionError(f"{process.args} ended with {process.returncode}:\n{output}")
        return output

    def run(self, name, *arguments, **environment):
        return self.finish(self.start(name, *arguments, **environment))

    def kubectl(self, *arguments, kubeconfig=None, text=None):
        command = [self.options.kubectl, "--kubeconfig", kubeconfig or self.server.kubeconfig, *arguments]
        return subprocess.run(command, check=True, text=True, input=text, stdout=subprocess.PIPE).stdout

    def config_map(self, name, value="v"):
        return self.kubectl("create", "configmap", name, f"--from-literal=k={value}")

    def pod(self, name, node=None):
        spec = {"containers": [{"name": "c", "image": "i"}], **({"nodeName": node} if node else {})}
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        self.kubectl("create", "-f", "-", text=json.dumps(body))


def expect(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is missing in:\n{text}")


def pods(run):
    for node in ("n1", "n2"):
        run.kubectl("create", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}))
    for name, node in (("a", "n1"), ("b", "n1"), ("c", None)):
        run.pod(name, node)
    expect(run.run("list_pods", "default"), "default/a Pending on n1\n", "3 pods")
    expect(run.run("pods_by_node"), "n1: ", "n2:\n", "1 on no node")
    line = next(line for line in run.run("pods_by_node").split("\n") if line.startswith("n1:"))
    assert sorted(line.split()[1:]) == ["a", "b"], line
    expect(run.run("dynamic", "po", "default"), "Pod default/a ", "3 of Pod")


def watching(run):
    watch = run.start("watch_config_maps", "default", "3")
    assert watch.stdout.readline().endswith("there\n")
    run.config_map("seen")
    run.kubectl("label", "configmap", "seen", "a=b")
    run.kubectl("delete", "configmap", "seen")
    expect(run.finish(watch), "added seen\nmodified seen\ndeleted seen\n")


def applying(run):
    expect(run.run("apply_deployment", "default", "web", "web:1"), "web generation 1, 2 replicas")
    expect(run.run("apply_deployment", "default", "web", "web:1"), "web generation 1, 2 replicas")
    expect(run.run("apply_deployment", "default", "web", "web:2"), "web generation 2, 2 replicas")
    managers = run.kubectl("get", "deployment", "web", "--show-managed-fields", "-o", "json")
    assert [entry["operation"] for entry in json.loads(managers)["metadata"]["managedFields"]] == ["Apply"]


def paging(run):
    for number in range(5):
        run.config_map(f"page-{number}")
    count = len(run.kubectl("get", "configmaps", "-o", "name").split())
    expect(run.run("page_config_maps", "default", "2"), f"{count} objects in {(count + 1) // 2} pages")


def electing(run):
    both = [run.start("elect", identity) for identity in ("one", "two")]
    for process in both:
        expect(run.finish(process), "stopped leading")
    assert json.loads(run.kubectl("get", "lease", "elect-example", "-o", "json"))["spec"]["leaseTransitions"] >= 1


def plugin(run):
    directory = run.server.directory
    with open(os.path.join(directory, "exec.kubeconfig"), "w") as file:
        file.write(EXEC_KUBECONFIG.format(url=run.server.url))
    script = os.path.join(directory, "credential.sh")
    with open(script, "w") as file:
        file.write(CREDENTIAL)
    os.chmod(script, stat.S_IRWXU)
    expect(run.run("exec_plugin", os.path.join(directory, "exec.kubeconfig"), "plugin"), "I am guest")


def greetings(run):
    port = free_port()
    server = run.start("greeting_server", str(port))
    try:
        expect(server.stdout.readline(), f"http://127.0.0.1:{port}")
        kubeconfig = os.path.join(run.server.directory, "greetings.kubeconfig")
        with open(kubeconfig, "w") as file:
            file.write(GREETING_KUBECONFIG.format(port=port))
        controller = run.start("greeting_controller", "2", KUBECONFIG=kubeconfig)

        def kubectl(*arguments, text=None):
            return run.kubectl(*arguments, kubeconfig=kubeconfig, text=text)
        for name in ("ann", "bob"):
            body = {"apiVersion": "examples.pedalion.dev/v1", "kind": "Greeting", "metadata": {"name": name},
                    "spec": {"to": name}}
            kubectl("apply", "--server-side", "-f", "-", text=json.dumps(body))
        expect(run.finish(controller), "answered default/ann", "answered default/bob")
        answer = kubectl("get", "hi", "ann", "-o", "jsonpath={.status.answer}")
        assert answer == "Hello, ann!", answer
        expect(kubectl("api-resources"), "greetings", "hi")
        expect(kubectl("explain", "greeting.spec"), "to")
        refused = subprocess.run([run.options.kubectl, "--kubeconfig", kubeconfig, "patch", "hi", "ann", "--type=merge",
                                  "-p", '{"spec":{"to":""}}'], text=True, capture_output=True)
        expect(refused.stderr, "spec.to: Required value: say whom to greet")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="build/release/bin/pedalion")
    parser.add_argument("--examples", default="build/release/bin")
    parser.add_argument("--kubectl", default=".cache/kubectl/kubectl")
    options = parser.parse_args()
    tokens = 'admin-token,admin,admin-uid,"system:masters"\nguest-token,guest,guest-uid\n'
    with Server(options.binary, tokens=tokens) as server:
        run = Examples(server, options)
        for step in (pods, watching, applying, paging, electing, plugin, greetings):
            began = time.time()
            step(run)
            print(f"{step.__name__}: passed in {time.time() - began:.1f} s", flush=True)


main()
