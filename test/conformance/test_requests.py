"""Requests other than execute: each is bracketed by busy and idle, and answers in code points, with history and comms."""
from __future__ import annotations

import unittest
import uuid

from samples import samples_for
from session import REPLY_SECONDS, Exchange
from test_lifecycle import SharedKernel as _SharedKernel

S = samples_for()


def complete(code: str, cursor: int | None = None) -> dict:
    return {"code": code, "cursor_pos": len(code) if cursor is None else cursor}


class BracketTests(_SharedKernel):
    """busy comes first, idle last, each once, and both name the request as parent."""

    def check(self, exchange: Exchange) -> None:
        types = [r.type for r in exchange.iopub]
        self.assertEqual([r.content["execution_state"] for r in exchange.of_type("status")], ["busy", "idle"])
        self.assertEqual((types[0], types[-1]), ("status", "status"), types)
        parent = exchange.request["header"]
        for record in [exchange.reply, *exchange.iopub]:
            for key in ("msg_id", "session", "msg_type", "username"):
                self.assertEqual(record.message["parent_header"][key], parent[key])

    def test_every_shell_request(self) -> None:
        requests = {
            "kernel_info_request": {},
            "complete_request": complete("a"),
            "inspect_request": {**complete(S.inspect), "detail_level": 0},
            "is_complete_request": {"code": "1"},
            "history_request": {"output": False, "raw": True, "hist_access_type": "tail", "n": 3},
            "comm_info_request": {},
            "execute_request": {"code": "6 * 7", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False},
        }
        for msg_type, content in requests.items():
            with self.subTest(msg_type):
                exchange = self.kernel.ask("shell", msg_type, content)
                self.assertEqual(exchange.reply.type, msg_type.replace("request", "reply"))
                self.assertEqual(exchange.reply.channel, "shell")
                self.check(exchange)

    def test_every_control_request(self) -> None:
        for msg_type in ("kernel_info_request", "interrupt_request"):
            with self.subTest(msg_type):
                exchange = self.kernel.ask("control", msg_type)
                self.assertEqual(exchange.reply.channel, "control")
                self.check(exchange)

    def test_comm_messages_have_no_reply_but_a_bracket(self) -> None:
        comm = uuid.uuid4().hex
        for msg_type, content in (
            ("comm_open", {"comm_id": comm, "target_name": "no.such.target", "data": {}}),
            ("comm_msg", {"comm_id": comm, "data": {}}),
            ("comm_close", {"comm_id": comm, "data": {}}),
        ):
            with self.subTest(msg_type):
                request = self.kernel.send("shell", msg_type, content)
                self.kernel.wait(lambda r=request: self.kernel.is_idle(r), REPLY_SECONDS, f"idle after {msg_type}")
                self.assertEqual(self.kernel.states(request), ["busy", "idle"])


class AssistTests(_SharedKernel):
    def test_completion_names_what_it_replaces(self) -> None:
        for sample in S.completions:
            text = sample["text"]
            content = self.kernel.ask("shell", "complete_request", complete(text)).reply.content
            self.assertEqual(content["status"], "ok")
            self.assertEqual(set(content["matches"]), set(sample["matches"]))
            self.assertEqual(content["cursor_end"], len(text))
            typed = text[content["cursor_start"] : content["cursor_end"]]
            for match in content["matches"]:
                self.assertTrue(match.lower().startswith(typed.lower()), (match, typed))

    def test_completion_counts_code_points(self) -> None:
        text, match = S.unicode_completion
        for suffix in ("", "  // 😀"):
            content = self.kernel.ask("shell", "complete_request", complete(text + suffix, len(text))).reply.content
            self.assertIn(match, content["matches"])
            self.assertEqual(content["cursor_end"], len(text))
            self.assertTrue(match.startswith(text[content["cursor_start"] : content["cursor_end"]]))

    def test_completion_knows_what_cells_declared(self) -> None:
        self.kernel.run(S.set_variable)
        content = self.kernel.ask("shell", "complete_request", complete("kep")).reply.content
        self.assertIn("kept", content["matches"])

    def test_completion_in_the_middle_and_of_nothing_does_not_fail(self) -> None:
        for code, cursor in (("", 0), ("\n\n", 1), ("abc def", 3), ("'unclosed", 9)):
            reply = self.kernel.ask("shell", "complete_request", complete(code, cursor)).reply.content
            self.assertEqual(reply["status"], "ok", (code, cursor))

    def test_inspection_finds_and_does_not_find(self) -> None:
        for detail in (0, 1):
            found = self.kernel.ask("shell", "inspect_request", {**complete(S.inspect), "detail_level": detail}).reply.content
            self.assertTrue(found["found"])
            self.assertIn("text/plain", found["data"])
        missing = self.kernel.ask("shell", "inspect_request", {**complete("noSuchNameAnywhere"), "detail_level": 0}).reply.content
        self.assertEqual((missing["status"], missing["found"], missing["data"]), ("ok", False, {}))

    def test_is_complete_gives_an_indent_for_incomplete_code(self) -> None:
        for samples, status in ((S.complete, "complete"), (S.incomplete, "incomplete"), (S.invalid, "invalid")):
            for code in samples:
                with self.subTest(code=code):
                    content = self.kernel.ask("shell", "is_complete_request", {"code": code}).reply.content
                    self.assertEqual(content["status"], status)
                    self.assertEqual("indent" in content, status == "incomplete")


class HistoryTests(_SharedKernel):
    def history(self, **query: object) -> list:
        content = self.kernel.ask("shell", "history_request", {"output": False, "raw": True, **query}).reply.content
        self.assertEqual(content["status"], "ok")
        return content["history"]

    def setUp(self) -> None:
        if not S.history_operations:
            self.skipTest("this kernel keeps no history")
        for code in ("6 * 7", "6 * 7", "6 + 7"):
            self.assertEqual(self.kernel.run(code).reply.content["status"], "ok")

    def test_tail_is_in_order_with_growing_line_numbers(self) -> None:
        entries = self.history(hist_access_type="tail", n=3)
        self.assertEqual([entry[2] for entry in entries], ["6 * 7", "6 * 7", "6 + 7"])
        self.assertEqual(len({entry[0] for entry in entries}), 1)
        lines = [entry[1] for entry in entries]
        self.assertEqual(lines, sorted(set(lines)))

    def test_tail_with_output_pairs_input_and_output(self) -> None:
        (entry,) = self.history(hist_access_type="tail", n=1, output=True)
        self.assertEqual(len(entry[2]), 2)
        self.assertEqual(entry[2][0], "6 + 7")

    def test_range_of_this_session(self) -> None:
        last = self.history(hist_access_type="tail", n=1)[0][1]
        entries = self.history(hist_access_type="range", session=0, start=last - 1, stop=last + 1)
        self.assertEqual([entry[2] for entry in entries], ["6 * 7", "6 + 7"])

    def test_search_by_pattern_and_unique(self) -> None:
        self.assertGreaterEqual(len(self.history(hist_access_type="search", pattern="6 ? 7", n=3)), 3)
        unique = [entry[2] for entry in self.history(hist_access_type="search", pattern="6 ? 7", unique=True)]
        self.assertEqual(sorted(unique), sorted(set(unique)))
        self.assertTrue({"6 * 7", "6 + 7"} <= set(unique))
        self.assertEqual(self.history(hist_access_type="search", pattern="no such cell"), [])


class CommTests(_SharedKernel):
    def test_an_unknown_target_is_closed_again(self) -> None:
        comm = uuid.uuid4().hex
        request = self.kernel.send("shell", "comm_open", {"comm_id": comm, "target_name": "no.such.target", "data": {}})
        closed = self.kernel.wait(lambda: [r for r in self.kernel.about(request) if r.type == "comm_close"], REPLY_SECONDS, "comm_close")
        self.assertEqual(closed[0].content["comm_id"], comm)
        comms = self.kernel.ask("shell", "comm_info_request").reply.content["comms"]
        self.assertNotIn(comm, comms)

    def test_open_message_and_close_of_a_known_target(self) -> None:
        self.need(S.comm_target, "comm targets")
        self.assertEqual(self.kernel.run(S.comm_target).reply.content["status"], "ok")
        comm = uuid.uuid4().hex
        self.kernel.send("shell", "comm_open", {"comm_id": comm, "target_name": "echo.test", "data": {}})
        for query in ({}, {"target_name": "echo.test"}):
            self.assertEqual(self.kernel.ask("shell", "comm_info_request", query).reply.content["comms"], {comm: {"target_name": "echo.test"}})
        self.assertEqual(self.kernel.ask("shell", "comm_info_request", {"target_name": "other"}).reply.content["comms"], {})

        request = self.kernel.send("shell", "comm_msg", {"comm_id": comm, "data": {"n": 1}})
        self.kernel.wait(lambda: self.kernel.is_idle(request), REPLY_SECONDS, "idle after comm_msg")
        (echo,) = [r for r in self.kernel.about(request) if r.type == "comm_msg"]
        self.assertEqual(echo.content, {"comm_id": comm, "data": {"echo": {"n": 1}}})

        request = self.kernel.send("shell", "comm_close", {"comm_id": comm, "data": {}})
        self.kernel.wait(lambda: self.kernel.is_idle(request), REPLY_SECONDS, "idle after comm_close")
        self.assertEqual(self.kernel.ask("shell", "comm_info_request").reply.content["comms"], {})


if __name__ == "__main__":
    unittest.main()
