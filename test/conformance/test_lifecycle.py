"""From the first subscription to the last reply: welcome, heartbeat, kernel_info, hostile messages, interrupts, shutdown."""
from __future__ import annotations

import os
import signal
import time
import unittest

import zmq
from samples import samples_for
from session import REPLY_SECONDS, KernelSession

S = samples_for()
INTERRUPT_SECONDS = 5.0


class SharedKernel(unittest.TestCase):
    """Tests that leave their kernel as they found it share one."""

    kernel: KernelSession

    @classmethod
    def setUpClass(cls) -> None:
        cls.kernel = KernelSession().__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.kernel.close()

    def need(self, sample: object, what: str) -> None:
        if sample is None:
            self.skipTest(f"this kernel has no {what}")


class StartTests(SharedKernel):
    def test_iopub_welcome_comes_first_and_names_the_subscription(self) -> None:
        for topic in (b"", b"kernel"):
            with self.subTest(topic=topic):
                socket = self.kernel.connect("iopub", zmq.SUB, topic=topic)
                self.assertTrue(socket.poll(REPLY_SECONDS * 1000), "nothing came after subscribing")
                record = self.kernel.parse("iopub", socket.recv_multipart())
                socket.close()
                self.assertEqual(record.type, "iopub_welcome")
                self.assertEqual(record.content["subscription"].encode(), topic)
                self.assertEqual(record.message["parent_header"], {})

    def test_heartbeat_echoes_any_bytes(self) -> None:
        for payload in (b"ping", b"", bytes(range(256)), b"x" * 100_000):
            self.kernel.beat(payload)

    def test_kernel_info_says_who_it_is_on_shell_and_control(self) -> None:
        for channel in ("shell", "control"):
            content = self.kernel.ask(channel, "kernel_info_request").reply.content
            self.assertEqual(content["status"], "ok")
            self.assertRegex(content["protocol_version"], r"^5\.[3-9]")
            language = content["language_info"]
            self.assertEqual(language["name"], S.language)
            self.assertEqual(language["file_extension"], S.file_extension)
            for key in ("version", "mimetype"):
                self.assertIsInstance(language[key], str)
            self.assertTrue(content["banner"] and content["implementation"] and content["implementation_version"])


class HostileMessageTests(SharedKernel):
    """What must be dropped is dropped, and the kernel goes on."""

    def send_raw(self, channel: str, frames: list[bytes]) -> None:
        self.kernel.sockets[channel].send_multipart(frames)

    def frames(self, msg_type: str = "execute_request", key: bytes | None = None) -> list[bytes]:
        session = self.kernel.session
        content = {"code": "throw 1", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        frames = session.serialize(session.msg(msg_type, content))
        if key is not None:
            frames[1] = key
        return frames

    def test_bad_messages_are_dropped_and_the_kernel_lives(self) -> None:
        good = self.frames("kernel_info_request")
        unsigned = [b"not json", b"{}", b"{}", b"{}"]
        broken = [b"<IDS|MSG>", self.kernel.session.sign(unsigned), *unsigned]
        cases = {
            "bad signature": self.frames(key=b"0" * 64),
            "empty signature": self.frames(key=b""),
            "no delimiter": [b"hello"],
            "missing frames": good[:3],
            "empty": [b""],
            "signed, no JSON": broken,
            "unknown type": self.frames("no_such_request"),
        }
        for channel in ("shell", "control"):
            for name, frames in cases.items():
                with self.subTest(channel=channel, case=name):
                    before = len(self.kernel.records)
                    self.send_raw(channel, frames)
                    self.assertEqual(self.kernel.ask(channel, "kernel_info_request").reply.content["status"], "ok")
                    self.assertEqual([r.type for r in self.kernel.records[before:] if r.type == "execute_input"], [])
        self.assertEqual(self.kernel.run("6 * 7").reply.content["status"], "ok")


class InterruptTests(unittest.TestCase):
    """Each with a kernel of its own: one that cannot be interrupted would fail all that follow."""

    def setUp(self) -> None:
        self.kernel = KernelSession().__enter__()
        self.addCleanup(self.kernel.close)
        self.assertEqual(self.kernel.run(S.set_variable).reply.content["status"], "ok")

    def interrupt_by_message(self) -> None:
        self.assertEqual(self.kernel.ask("control", "interrupt_request").reply.content["status"], "ok")

    def interrupt_by_signal(self) -> None:
        # As jupyter_client does it: to the kernel's whole process group.
        os.killpg(os.getpgid(self.kernel.manager.provisioner.pid), signal.SIGINT)

    def check(self, code: str | None) -> None:
        if code is None:
            self.skipTest("this kernel has no such cell")
        for way in (self.interrupt_by_message, self.interrupt_by_signal):
            with self.subTest(way=way.__name__):
                request = self.kernel.start(code)
                self.kernel.wait_busy(request)
                self.kernel.pump_for(0.5)
                way()
                exchange = self.kernel.finish(request, INTERRUPT_SECONDS)
                self.assertEqual(exchange.reply.content["status"], "error")
                self.assertEqual(len(exchange.of_type("error")), 1)
                after = self.kernel.run(S.read_variable)
                self.assertEqual(after.reply.content["status"], "ok")
                self.assertEqual(after.of_type("execute_result")[0].content["data"]["text/plain"], "42")

    def test_a_busy_loop_is_interrupted_and_variables_are_kept(self) -> None:
        self.check(S.busy_loop)

    def test_waiting_forever_is_interrupted_and_variables_are_kept(self) -> None:
        self.check(S.wait_forever)

    def test_a_loop_after_an_await_is_interrupted_and_variables_are_kept(self) -> None:
        self.check(S.loop_after_await)

    def test_an_interrupt_while_idle_does_no_harm(self) -> None:
        for way in (self.interrupt_by_message, self.interrupt_by_signal):
            with self.subTest(way=way.__name__):
                way()
                self.kernel.pump_for(0.3)
                self.assertEqual(self.kernel.run(S.read_variable).reply.content["status"], "ok")

    def test_an_interrupt_aborts_what_was_queued(self) -> None:
        request = self.kernel.start(S.busy_loop)
        queued = self.kernel.start(S.read_variable)
        self.kernel.wait_busy(request)
        self.kernel.pump_for(0.3)
        self.interrupt_by_message()
        self.assertEqual(self.kernel.finish(request).reply.content["status"], "error")
        self.assertEqual(self.kernel.finish(queued).reply.content["status"], "aborted")


class BusyTests(SharedKernel):
    def test_control_and_heartbeat_answer_while_a_cell_is_busy(self) -> None:
        request = self.kernel.start(S.busy_loop)
        self.kernel.wait_busy(request)
        started = time.monotonic()
        self.kernel.beat(seconds=1)
        self.assertEqual(self.kernel.ask("control", "kernel_info_request").reply.content["status"], "ok")
        self.assertLess(time.monotonic() - started, 2)
        self.kernel.ask("control", "interrupt_request")
        self.kernel.finish(request, INTERRUPT_SECONDS)


class ShutdownTests(unittest.TestCase):
    def check(self, restart: bool, busy: bool) -> None:
        with KernelSession() as kernel:
            if busy:
                kernel.wait_busy(kernel.start(S.busy_loop))
            request = kernel.send("control", "shutdown_request", {"restart": restart})
            reply = kernel.wait(lambda: kernel.reply_to(request), REPLY_SECONDS, "the shutdown_reply")
            self.assertEqual(reply.type, "shutdown_reply")
            self.assertEqual(reply.content, {"status": "ok", "restart": restart})
            deadline = time.monotonic() + 10
            while kernel.manager.is_alive() and time.monotonic() < deadline:
                kernel.pump(0.1)
            self.assertFalse(kernel.manager.is_alive(), "the process must end within 10 s of its shutdown_reply")

    def test_shutdown_is_answered_and_the_process_ends(self) -> None:
        self.check(restart=False, busy=False)

    def test_shutdown_for_a_restart_says_so(self) -> None:
        self.check(restart=True, busy=False)

    def test_shutdown_works_while_a_cell_is_busy(self) -> None:
        self.check(restart=False, busy=True)


if __name__ == "__main__":
    unittest.main()
