"""Recorded HTTP dialogues: the file format, playing one, and what counts as a difference. README.md describes them."""
import base64
import gzip
import http.client
import json
import os
import re
import ssl
import threading
import time
import urllib.parse

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
KEPT_HEADERS = ["content-type", "warning", "vary", "cache-control", "retry-after", "allow", "location",
                "content-encoding", "etag", "x-content-type-options", "www-authenticate"]
# Present and empty is not the same as present and set.
MASKED_KEYS = {"resourceVersion": "<rv>", "uid": "<uid>", "continue": "<continue>", "selfLink": "<link>"}


def load(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name)) as file:
                yield json.load(file)


def fill(value, variables):
    """Puts {{name}} in."""
    if isinstance(value, dict):
        return {fill(k, variables): fill(v, variables) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, variables) for v in value]
    if isinstance(value, str):
        return re.sub(r"\{\{(\w+)\}\}", lambda m: str(variables.get(m.group(1), m.group(0))), value)
    return value


def dig(value, path):
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


class Player:
    """Plays scenarios against one server. One connection a request, as the recording did."""

    def __init__(self, url, tokens, timeout=40):
        parts = urllib.parse.urlsplit(url)
        self.url, self.host, self.port, self.tls = url, parts.hostname, parts.port, parts.scheme == "https"
        self.tokens, self.timeout = tokens, timeout
        self.context = ssl._create_unverified_context()

    def connect(self, timeout):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=timeout)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def call(self, step, variables):
        request = step["request"]
        headers = {"User-Agent": "golden/1.0", "Accept": "application/json"}
        who = step.get("as", "admin")
        if who != "none":
            headers["Authorization"] = "Bearer " + self.tokens.get(who, who + "-token")
        data = None
        if "body" in request:
            data = json.dumps(fill(request["body"], variables)).encode()
        elif "text" in request:
            data = fill(request["text"], variables).encode()
        elif "base64" in request:
            data = base64.b64decode(request["base64"])
        if data is not None:
            headers["Content-Type"] = "application/json"
        for name, value in request.get("headers", {}).items():
            headers.pop(name, None)
            if value is not None:
                headers[name] = fill(value, variables)
        return self.exchange(request["method"], fill(request["path"], variables), headers, data, step.get("watch"))

    def exchange(self, method, path, headers, data, watch):
        connection = self.connect((watch or {}).get("seconds", self.timeout) + 10)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            elif method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", "0")
            connection.endheaders(data)
            response = connection.getresponse()
            answer = {"status": response.status, "headers": {}}
            for name in KEPT_HEADERS:
                values = response.headers.get_all(name)
                if values:
                    answer["headers"][name] = values if len(values) > 1 else values[0]
            if watch and response.status == 200:
                answer["events"] = self.read_events(connection, response, watch)
                return answer
            raw = response.read()
            if answer["headers"].get("content-encoding") == "gzip":
                raw = gzip.decompress(raw)
            return with_body(answer, raw)
        finally:
            connection.close()

    def read_events(self, connection, response, watch):
        events, buffer = [], b""
        end, wanted = time.time() + watch.get("seconds", 3), watch.get("events", 10 ** 9)
        while len(events) < wanted and time.time() < end:
            try:
                if connection.sock:
                    connection.sock.settimeout(max(0.05, end - time.time()))
                chunk = response.read1(65536)
            except (TimeoutError, OSError):
                break
            if not chunk:
                break
            buffer += chunk
            while b"\n" in buffer and len(events) < wanted:
                line, buffer = buffer.split(b"\n", 1)
                if line.strip():
                    events.append(json.loads(line))
        return events

    def call_until(self, step, variables):
        answer = self.call(step, variables)
        until = step.get("until")
        end = time.time() + (until or {}).get("seconds", 5)
        while until and time.time() < end:
            try:
                seen = dig(answer.get("body", {}), until["path"]) if "path" in until else answer["status"]
                if ("equals" in until and seen == until["equals"]) or ("equals" not in until and "path" in until):
                    break
            except (KeyError, IndexError, ValueError):
                pass
            time.sleep(0.1)
            answer = self.call(step, variables)
        return answer

    def play(self, scenario, on_answer):
        variables = {"ns": "golden-" + scenario["name"], "server": self.url}
        if scenario.get("namespace"):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": variables["ns"]}}
            made = self.call({"request": {"method": "POST", "path": "/api/v1/namespaces", "body": namespace}}, variables)
            if made["status"] not in (201, 409):
                raise RuntimeError(f"the scenario's namespace could not be made: {made}")
        running = {}
        for step in scenario["steps"]:
            time.sleep(step.get("wait", 0))
            if step.get("background"):
                running[step["id"]] = Background(self, step, dict(variables))
                time.sleep(step.get("settle", 0.5))
                continue
            answer = running.pop(step["collect"]).answer() if "collect" in step else self.call_until(step, variables)
            for name, path in step.get("save", {}).items():
                try:
                    variables[name] = dig(answer["body"] if "body" in answer else {"events": answer.get("events", [])}, path)
                except (KeyError, IndexError, TypeError, ValueError):
                    variables.pop(name, None)
            on_answer(step, answer)


class Background:
    """A request that is read while later steps are made."""

    def __init__(self, player, step, variables):
        self.error = self.result = None

        def work():
            try:
                self.result = player.call(step, variables)
            except Exception as error:  # raised where it is collected
                self.error = error

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def answer(self):
        self.thread.join(60)
        if self.error:
            raise self.error
        return self.result or {"status": 0, "headers": {}}


def raw_of(answer):
    """The body's bytes of an answer that is not JSON."""
    return base64.b64decode(answer["base64"]) if "base64" in answer else answer.get("text", "").encode()


def with_body(answer, raw):
    kind = str(answer["headers"].get("content-type", ""))
    if "json" in kind or raw[:1] in (b"{", b"["):
        try:
            answer["body"] = json.loads(raw)
            return answer
        except ValueError:
            pass
    try:
        answer["text"] = raw.decode()
    except UnicodeDecodeError:
        answer["base64"] = base64.b64encode(raw).decode()
    return answer


class Mask:
    """Blanks what may differ between two servers: ids, times, versions, addresses, and what the step ignores."""

    def __init__(self, step, url):
        self.extra = [re.compile(x) for x in step.get("mask", [])]
        self.ignore = [p.split(".") for p in step.get("ignore", [])]
        parts = urllib.parse.urlsplit(url)
        self.address = f"{parts.hostname}:{parts.port}"

    def text(self, text):
        text = TIME.sub("<time>", UUID.sub("<uuid>", text)).replace(self.address, "<server>")
        for pattern in self.extra:
            text = pattern.sub("<masked>", text)
        return text

    def ignored(self, path):
        return any(self.matches(p, path) for p in self.ignore)

    @classmethod
    def matches(cls, pattern, path):
        if not pattern:
            return not path
        if pattern[0] == "**":
            return any(cls.matches(pattern[1:], path[i:]) for i in range(len(path) + 1))
        return bool(path) and pattern[0] in ("*", str(path[0])) and cls.matches(pattern[1:], path[1:])

    def value(self, value, path=()):
        if self.ignored(path):
            return "<ignored>"
        if isinstance(value, dict):
            return {k: self.member(k, v, path) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(v, path + (i,)) for i, v in enumerate(value)]
        return self.text(value) if isinstance(value, str) else value

    def member(self, key, value, path):
        if key == "description" and "columnDefinitions" in path:
            return "<ignored>"
        if key in MASKED_KEYS and isinstance(value, str):
            return MASKED_KEYS[key] if value else value
        return self.value(value, path + (key,))

    def answer(self, answer):
        out = {"status": answer["status"], "headers": {}}
        for name, value in answer.get("headers", {}).items():
            masked = [self.text(v) for v in value] if isinstance(value, list) else self.text(value)
            out["headers"][name] = "<etag>" if name == "etag" else masked
        for part in ("body", "events"):
            if part in answer:
                out[part] = self.value(answer[part])
        if "text" in answer:
            out["text"] = self.text(answer["text"])
        if "base64" in answer:
            out["base64"] = "<binary>"
        return out


def differences(step, scenario, answer, url, opened=lambda answer: answer):
    """A list of (path, wanted, got); empty when the answer is the recorded one. Both are looked at through `opened`."""
    recorded = step.get("response", {"status": 0, "headers": {}})
    want = Mask(step, scenario.get("recorded", {}).get("server", "https://127.0.0.1:1")).answer(opened(recorded))
    got = Mask(step, url).answer(opened(answer))
    how = step.get("compare", "full")
    if how == "status":
        return [] if want["status"] == got["status"] else [(".status", want["status"], got["status"])]
    # Of the headers the recorded ones count, and those whose presence changes what a client does.
    got["headers"] = {k: v for k, v in got["headers"].items()
                      if k in want["headers"] or k in ("warning", "content-encoding")}
    return list(compare(want, got, how))


def compare(want, got, how, path=""):
    if want == "<ignored>" or got == "<ignored>":
        return
    if isinstance(want, dict) and isinstance(got, dict):
        yield from compare_members(want, got, how, path)
    elif isinstance(want, list) and isinstance(got, list):
        # managedFields written in different seconds are sorted by time first: their order is chance.
        if how in ("unordered", "subset") or path.endswith(".managedFields"):
            yield from compare_unordered(want, got, how, path)
        else:
            for i in range(max(len(want), len(got))):
                yield from compare(want[i] if i < len(want) else "(absent)", got[i] if i < len(got) else "(absent)",
                                   how, f"{path}[{i}]")
    elif want != got or (isinstance(want, bool) != isinstance(got, bool)):
        yield path or ".", want, got


def compare_members(want, got, how, path):
    for key in want:
        if key in got:
            yield from compare(want[key], got[key], how, f"{path}.{key}")
        elif want[key] != "<ignored>":
            yield f"{path}.{key}", want[key], "(absent)"
    if how != "subset":
        for key in got:
            if key not in want and got[key] != "<ignored>":
                yield f"{path}.{key}", "(absent)", got[key]


def compare_unordered(want, got, how, path):
    rest = list(got)
    for i, wanted in enumerate(want):
        hit = next((g for g in rest if not any(compare(wanted, g, how))), None)
        if hit is None:
            yield f"{path}[{i}]", wanted, "(no such element)"
        else:
            rest.remove(hit)
    if how != "subset":
        for extra in rest:
            yield f"{path}[+]", "(absent)", extra
