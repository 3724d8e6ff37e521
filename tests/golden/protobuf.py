"""Plays dialogues as a client that speaks protobuf: bodies and answers go over the wire in protobuf, while the dialogue and what
it is compared with stay JSON. pedalion-transcode does the work.

What cannot be said in protobuf (unknown fields, wrong types, empty lists, patches, Tables) goes as it is written.
"""
import base64
import json
import subprocess
import threading
import time

from golden.dialogue import Player, raw_of

MEDIA = "application/vnd.kubernetes.protobuf"


class Transcoder:
    """A running pedalion-transcode; one request at a time."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lock = threading.Lock()

    def ask(self, word, data):
        """The bytes; None when it cannot be done."""
        with self.lock:
            self.process.stdin.write(f"{word} {base64.b64encode(data).decode()}\n")
            self.process.stdin.flush()
            outcome, _, rest = self.process.stdout.readline().rstrip("\n").partition(" ")
        return base64.b64decode(rest) if outcome == "ok" else None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class ProtobufPlayer(Player):
    def __init__(self, url, tokens, transcoder):
        super().__init__(url, tokens)
        self.transcoder = transcoder

    def exchange(self, method, path, headers, data, watch):
        headers, asked = dict(headers), False
        if headers.get("Accept") == "application/json":
            headers["Accept"], asked = MEDIA + ",application/json", True
        if data is not None and headers.get("Content-Type") == "application/json":
            encoded = self.transcoder.ask("encode", data)
            if encoded is not None:
                headers["Content-Type"], data = MEDIA, encoded
        answer = super().exchange(method, path, headers, data, watch)
        if asked and is_protobuf(answer):
            answer = self.opened(answer)
            answer["headers"]["content-type"] = "application/json"
            if "events" in answer and not watch:
                answer["text"] = "".join(json.dumps(e, separators=(",", ":")) + "\n" for e in answer.pop("events"))
        return answer

    def opened(self, answer):
        """The answer with its body, if that is in protobuf, as JSON; without what protobuf does not tell from nothing."""
        opened = dict(answer)
        raw = raw_of(answer) if is_protobuf(answer) and "events" not in answer else b""
        if raw:
            opened.pop("text", None), opened.pop("base64", None)
            if raw.startswith(b"k8s\0"):
                opened["body"] = self.decoded(raw)
            else:
                opened["events"] = [self.event_of(frame) for frame in split_frames(raw)[0]]
        for part in ("body", "events"):
            if part in opened:
                opened[part] = without_nothing(opened[part])
        return opened

    def decoded(self, raw):
        text = self.transcoder.ask("decode", raw)
        if text is None:
            raise ValueError("an answer that cannot be decoded: " + base64.b64encode(raw).decode())
        return json.loads(text)

    def event_of(self, frame):
        fields = dict(message_fields(frame))
        return {"type": fields[1].decode(), "object": self.decoded(dict(message_fields(fields[2]))[1])}

    def read_events(self, connection, response, watch):
        if not str(response.headers.get("content-type")).startswith(MEDIA):
            return super().read_events(connection, response, watch)
        frames, buffer = [], b""
        end, wanted = time.time() + watch.get("seconds", 3), watch.get("events", 10 ** 9)
        while len(frames) < wanted and time.time() < end:
            try:
                if connection.sock:
                    connection.sock.settimeout(max(0.05, end - time.time()))
                chunk = response.read1(65536)
            except (TimeoutError, OSError):
                break
            if not chunk:
                break
            more, buffer = split_frames(buffer + chunk)
            frames += more
        return [self.event_of(frame) for frame in frames[:wanted]]


def is_protobuf(answer):
    return str(answer["headers"].get("content-type", "")).startswith(MEDIA)


def split_frames(data):
    """The whole frames (a length of four bytes, then that many), and what is left."""
    frames = []
    while len(data) >= 4 and len(data) >= 4 + int.from_bytes(data[:4], "big"):
        size = int.from_bytes(data[:4], "big")
        frames.append(data[4:4 + size])
        data = data[4 + size:]
    return frames, data


def message_fields(data):
    """(number, bytes) of the fields of a message that has only such."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag, size = varint(), varint()
        yield tag >> 3, data[at:at + size]
        at += size


def without_nothing(value):
    """Protobuf knows no difference between an absent list, null and an empty one."""
    if isinstance(value, dict):
        return {k: without_nothing(v) for k, v in value.items() if v is not None and v != []}
    return [without_nothing(v) for v in value] if isinstance(value, list) else value
