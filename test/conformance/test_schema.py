"""Every message of one long session, on every channel, against the protocol's schemas."""
from __future__ import annotations

import unittest
import uuid
from collections import Counter

from jsonschema import ValidationError
from samples import samples_for
from schemas import check
from session import REPLY_SECONDS, KernelSession

S = samples_for()


def play(kernel: KernelSession) -> None:
    """Does everything the protocol has, once or more."""
    cells = [S.hello, S.stderr, S.set_variable, S.both_streams, S.clear_output, S.update_display, S.comm_target, S.error, S.page]
    cells += [sample["code"] for sample in S.results + S.displays]
    for code in cells:
        if code:
            kernel.run(code, user_expressions={"good": "6 * 7", "bad": S.bad_expression})
    kernel.finish(kernel.start(S.error))
    for request in [kernel.start(S.error), kernel.start("6 * 7")]:
        kernel.finish(request)
    kernel.run("6 * 7", silent=True)
    for code in (S.inspect, "noSuchName", ""):
        for msg_type in ("complete_request", "inspect_request", "is_complete_request"):
            kernel.ask("shell", msg_type, {"code": code, "cursor_pos": len(code), "detail_level": 0})
    for operation in S.history_operations:
        for output in (False, True):
            query = {"hist_access_type": operation, "output": output, "raw": True, "n": 5, "session": 0, "start": 1, "stop": 3, "pattern": "6*"}
            kernel.ask("shell", "history_request", query)
    kernel.ask("shell", "comm_info_request")
    for target in ("echo.test", "no.such.target"):
        comm = {"comm_id": uuid.uuid4().hex, "target_name": target, "data": {"n": 1}}
        for msg_type in ("comm_open", "comm_msg", "comm_close"):
            request = kernel.send("shell", msg_type, comm)
            kernel.wait(lambda r=request: kernel.is_idle(r), REPLY_SECONDS, f"idle after {msg_type}")
    ask_and_interrupt(kernel)
    kernel.ask("control", "kernel_info_request")
    request = kernel.send("control", "shutdown_request", {"restart": False})
    kernel.wait(lambda: kernel.reply_to(request), REPLY_SECONDS, "the shutdown_reply")
    kernel.pump_for(0.5)


def ask_and_interrupt(kernel: KernelSession) -> None:
    if S.input_cell:
        request = kernel.start(S.input_cell, allow_stdin=True)
        kernel.wait(lambda: [r for r in kernel.about(request) if r.type == "input_request"], REPLY_SECONDS, "an input_request")
        kernel.send("stdin", "input_reply", {"value": "Ada", "status": "ok"})
        kernel.finish(request)
    request = kernel.start(S.sleep.replace("{seconds}", "5"))
    kernel.wait_busy(request)
    kernel.ask("control", "interrupt_request")
    kernel.finish(request)


class SchemaTests(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        kernel = KernelSession().__enter__()
        try:
            play(kernel)
        finally:
            kernel.close()
        cls.records = kernel.records

    def test_every_message_has_the_form_of_its_type(self) -> None:
        problems: Counter[str] = Counter()
        for record in self.records:
            try:
                check(record)
            except (ValidationError, KeyError) as error:
                text = error.message if isinstance(error, ValidationError) else f"unknown type or key {error}"
                problems[f"{record.channel} {record.type}: {text}"] += 1
        self.assertEqual(dict(problems), {}, f"of {len(self.records)} messages")

    def test_one_session_and_no_message_id_twice(self) -> None:
        headers = [record.message["header"] for record in self.records]
        self.assertEqual(len({header["session"] for header in headers}), 1)
        ids = Counter(header["msg_id"] for header in headers)
        self.assertEqual([msg_id for msg_id, count in ids.items() if count > 1], [])

    def test_every_iopub_message_has_a_topic(self) -> None:
        for record in self.records:
            if record.channel == "iopub" and record.type != "iopub_welcome":
                self.assertNotEqual(record.topic, b"", record.type)


if __name__ == "__main__":
    unittest.main()
