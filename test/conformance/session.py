"""A kernel under test and the record of everything it said: one thread, five sockets, every wait bounded."""
from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import zmq
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

from samples import KERNEL_NAME

START_SECONDS = 30.0
REPLY_SECONDS = 15.0
CHANNELS = ("shell", "control", "iopub", "stdin")


@dataclass
class Record:
    """One message from the kernel, as it came: `raw` holds the JSON of the header before any date is parsed."""

    at: float
    channel: str
    message: dict[str, Any]
    raw: dict[str, Any]
    topic: bytes

    @property
    def type(self) -> str:
        return self.message["header"]["msg_type"]

    @property
    def content(self) -> dict[str, Any]:
        return self.message["content"]

    @property
    def parent(self) -> str | None:
        return self.message["parent_header"].get("msg_id")


@dataclass
class Exchange:
    """A request, its reply, and what iopub said about it, in order."""

    request: dict[str, Any]
    reply: Record
    iopub: list[Record] = field(default_factory=list)

    def of_type(self, *types: str) -> list[Record]:
        return [record for record in self.iopub if record.type in types]

    def text(self, name: str = "stdout") -> str:
        return "".join(r.content["text"] for r in self.of_type("stream") if r.content["name"] == name)


class Silence(AssertionError):
    """What was waited for did not come in time."""


class KernelSession:
    """Starts a kernel, talks to it over raw sockets, keeps a record of every message; a context manager."""

    def __init__(self, kernel_name: str = KERNEL_NAME) -> None:
        self.records: list[Record] = []
        self.manager = KernelManager(kernel_name=kernel_name)
        self.manager.start_kernel()
        self.context = zmq.Context()
        key = self.manager.session.key
        self.session = Session(key=key, signature_scheme=self.manager.session.signature_scheme)
        # A second subscriber of a test sees the same messages again; what is sent twice is found by message id.
        self.session.digest_history_size = 0
        self.poller = zmq.Poller()
        self.sockets: dict[str, zmq.Socket[bytes]] = {}
        identity = self.session.bsession
        for channel, kind in (("iopub", zmq.SUB), ("shell", zmq.DEALER), ("stdin", zmq.DEALER), ("control", zmq.DEALER)):
            self.sockets[channel] = self.connect(channel, kind, identity if kind == zmq.DEALER else None)
        self.sockets["hb"] = self.connect("hb", zmq.REQ)
        for channel in CHANNELS:
            self.poller.register(self.sockets[channel], zmq.POLLIN)

    def __enter__(self) -> KernelSession:
        try:
            self.wait_until_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self, channel: str, kind: int, identity: bytes | None = None, topic: bytes = b"") -> zmq.Socket[bytes]:
        """A new socket to one channel of the kernel; closed with the session."""
        socket = self.context.socket(kind)
        socket.linger = 0
        if identity is not None:
            socket.identity = identity
        if kind == zmq.SUB:
            socket.subscribe(topic)
        port = getattr(self.manager, f"{channel}_port")
        socket.connect(f"tcp://{self.manager.ip}:{port}")
        return socket

    def wait_until_ready(self) -> None:
        """Returns when a kernel_info request has been answered and its idle has arrived, so that iopub is known to be joined."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            request = self.send("shell", "kernel_info_request")
            self.wait(lambda: self.reply_to(request), deadline - time.monotonic(), "a kernel_info_reply")
            try:
                self.wait(lambda: self.is_idle(request), 1.0, "idle")
            except Silence:
                continue  # subscribed after the status was published
            return
        raise Silence("iopub never reported idle")

    def close(self) -> None:
        self.context.destroy(linger=0)
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def send(self, channel: str, msg_type: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        message = self.session.msg(msg_type, content or {})
        self.session.send(self.sockets[channel], message)
        return message

    def pump(self, seconds: float) -> None:
        """Reads whatever arrives within `seconds`; returns after the first batch."""
        for socket, _ in self.poller.poll(max(0.0, seconds) * 1000):
            channel = next(name for name, candidate in self.sockets.items() if candidate is socket)
            while True:
                try:
                    frames = socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                self.records.append(self.parse(channel, frames))

    def pump_for(self, seconds: float) -> None:
        """Reads whatever arrives during all of `seconds`."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            self.pump(remaining)

    def parse(self, channel: str, frames: list[bytes]) -> Record:
        identities, rest = self.session.feed_identities(frames)
        message = self.session.deserialize(rest)
        return Record(time.monotonic(), channel, message, json.loads(rest[1]), identities[0] if identities else b"")

    def wait(self, condition: Callable[[], Any], seconds: float, what: str) -> Any:
        """Pumps until `condition` gives something true, and returns that."""
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Silence(f"waited {seconds:.1f} s in vain for {what}; last messages: {self.last()}")
            self.pump(min(remaining, 0.1))

    def last(self, count: int = 8) -> str:
        return ", ".join(f"{r.channel}:{r.type}" for r in self.records[-count:]) or "none"

    def about(self, request: dict[str, Any], channel: str | None = None) -> list[Record]:
        return [r for r in self.records if r.parent == request["header"]["msg_id"] and channel in (None, r.channel)]

    def reply_to(self, request: dict[str, Any]) -> Record | None:
        return next((r for r in self.about(request) if r.channel in ("shell", "control")), None)

    def states(self, request: dict[str, Any]) -> list[str]:
        return [r.content["execution_state"] for r in self.about(request, "iopub") if r.type == "status"]

    def is_idle(self, request: dict[str, Any]) -> bool:
        return "idle" in self.states(request)

    def finish(self, request: dict[str, Any], seconds: float = REPLY_SECONDS) -> Exchange:
        """Waits for the reply to a request and for its idle."""
        name = request["header"]["msg_type"]
        reply = self.wait(lambda: self.reply_to(request), seconds, f"the reply to {name}")
        self.wait(lambda: self.is_idle(request), REPLY_SECONDS, f"idle after {name}")
        return Exchange(request, reply, self.about(request, "iopub"))

    def ask(self, channel: str, msg_type: str, content: dict[str, Any] | None = None) -> Exchange:
        return self.finish(self.send(channel, msg_type, content))

    def start(self, code: str, **options: Any) -> dict[str, Any]:
        """Sends an execute_request without waiting for it."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        unknown = set(options) - set(content)
        if unknown:
            raise TypeError(f"start: unknown options {sorted(unknown)}")
        return self.send("shell", "execute_request", {**content, **options})

    def run(self, code: str, seconds: float = REPLY_SECONDS, **options: Any) -> Exchange:
        return self.finish(self.start(code, **options), seconds)

    def wait_busy(self, request: dict[str, Any]) -> None:
        self.wait(lambda: "busy" in self.states(request), REPLY_SECONDS, "busy")

    def beat(self, payload: bytes = b"ping", seconds: float = REPLY_SECONDS) -> float:
        """One heartbeat; returns its seconds."""
        started = time.monotonic()
        self.sockets["hb"].send(payload)
        if not self.sockets["hb"].poll(seconds * 1000):
            raise Silence(f"no heartbeat within {seconds} s")
        answer = self.sockets["hb"].recv()
        if answer != payload:
            raise AssertionError(f"the heartbeat must echo {payload!r}, got {answer!r}")
        return time.monotonic() - started
