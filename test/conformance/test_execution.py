"""What an execute_request publishes, in which order, and what it must not do."""
from __future__ import annotations

import unittest

from samples import samples_for
from session import REPLY_SECONDS, Exchange
from test_lifecycle import SharedKernel as _SharedKernel

S = samples_for()


class OrderTests(_SharedKernel):
    def test_input_outputs_result_and_status_come_in_order(self) -> None:
        exchange = self.kernel.run(S.read_variable.replace("kept", "41"))
        self.assertEqual([r.type for r in exchange.iopub], ["status", "execute_input", "execute_result", "status"])
        count = exchange.reply.content["execution_count"]
        self.assertEqual(exchange.of_type("execute_input")[0].content["execution_count"], count)
        self.assertEqual(exchange.of_type("execute_result")[0].content["execution_count"], count)

    def test_thousands_of_lines_arrive_in_order_before_idle(self) -> None:
        exchange = self.kernel.run(S.print_numbers.replace("{count}", "5000"), seconds=30)
        self.kernel.pump_for(0.5)
        records = self.kernel.about(exchange.request, "iopub")
        self.assertEqual(exchange.text().split(), [str(i) for i in range(5000)])
        self.assertEqual(records[-1].type, "status", "something was published after idle")

    def test_streams_keep_their_order_towards_each_other(self) -> None:
        exchange = self.kernel.run(S.both_streams)
        written = [(r.content["name"], r.content["text"].strip()) for r in exchange.of_type("stream")]
        self.assertEqual(written, [("stdout", "out-1"), ("stderr", "err-1"), ("stdout", "out-2"), ("stderr", "err-2")])

    def test_a_display_is_updated_under_its_id(self) -> None:
        self.need(S.update_display, "display updates")
        exchange = self.kernel.run(S.update_display)
        shown, updated = exchange.of_type("display_data"), exchange.of_type("update_display_data")
        self.assertEqual((len(shown), len(updated)), (1, 1))
        self.assertIn("before", shown[0].content["data"]["text/html"])
        self.assertIn("after", updated[0].content["data"]["text/html"])
        self.assertEqual(shown[0].content["transient"]["display_id"], updated[0].content["transient"]["display_id"])

    def test_late_output_names_the_cell_that_caused_it(self) -> None:
        self.need(S.late_print, "timers")
        first = self.kernel.start(S.late_print)
        second = self.kernel.start(S.sleep.replace("{seconds}", "0.6"))
        self.kernel.finish(second)
        late = [r for r in self.kernel.records if r.type == "stream" and "late" in r.content["text"]]
        self.assertEqual([r.parent for r in late], [first["header"]["msg_id"]])


class CountTests(_SharedKernel):
    def count(self, **options: object) -> int:
        return self.kernel.run("6 * 7", **options).reply.content["execution_count"]

    def test_count_grows_by_one_and_only_when_history_is_stored(self) -> None:
        first = self.count()
        self.assertEqual(self.count(), first + 1)
        self.kernel.run("6 * 7", store_history=False)
        self.kernel.run("6 * 7", silent=True)
        self.assertEqual(self.count(), first + 2)

    def test_errors_count_too(self) -> None:
        first = self.count()
        self.assertEqual(self.kernel.run(S.error).reply.content["execution_count"], first + 1)
        self.assertEqual(self.count(), first + 2)

    def test_empty_code_is_fine(self) -> None:
        for code in ("", "  \n"):
            exchange = self.kernel.run(code)
            self.assertEqual(exchange.reply.content["status"], "ok")
            self.assertEqual(exchange.of_type("execute_result", "error"), [])

    def test_silent_publishes_only_its_status(self) -> None:
        exchange = self.kernel.run("6 * 7", silent=True)
        self.assertEqual(exchange.reply.content["status"], "ok")
        self.assertEqual([r.type for r in exchange.iopub], ["status", "status"])

    def test_history_leaves_out_what_was_not_stored(self) -> None:
        if not S.history_operations:
            self.skipTest("this kernel keeps no history")
        self.kernel.run("1 + 1")
        self.kernel.run("2 + 2", store_history=False)
        self.kernel.run("3 + 3", silent=True)
        query = {"output": False, "raw": True, "hist_access_type": "tail", "n": 1}
        entries = self.kernel.ask("shell", "history_request", query).reply.content["history"]
        self.assertEqual(entries[0][2], "1 + 1")

    def test_user_expressions_give_bundles_and_errors(self) -> None:
        self.kernel.run(S.set_variable)
        expressions = {"good": S.read_variable, "bad": S.bad_expression}
        exchange = self.kernel.run("6 * 7", user_expressions=expressions)
        answers = exchange.reply.content["user_expressions"]
        self.assertEqual(answers["good"]["status"], "ok")
        self.assertEqual(answers["good"]["data"]["text/plain"], "42")
        self.assertEqual(answers["good"]["metadata"], {})
        self.assertEqual(answers["bad"]["status"], "error")
        self.assertTrue({"ename", "evalue", "traceback"} <= set(answers["bad"]))
        self.assertEqual(len(exchange.of_type("error")), 0)


class ErrorTests(_SharedKernel):
    def test_an_error_is_published_once_and_agrees_with_the_reply(self) -> None:
        exchange = self.kernel.run(S.error)
        (error,) = exchange.of_type("error")
        reply = exchange.reply.content
        self.assertEqual(reply["status"], "error")
        for key in ("ename", "evalue", "traceback"):
            self.assertEqual(reply[key], error.content[key])
        self.assertIn("boom", error.content["evalue"])
        self.assertTrue(error.content["traceback"])

    def queue_behind_error(self, **options: object) -> tuple[list[Exchange], Exchange]:
        # Slow enough to fail, so that the others are queued behind it by then.
        failing = f"{S.sleep.replace('{seconds}', '0.3')}\n{S.error}"
        requests = [self.kernel.start(failing, **options), self.kernel.start("6 * 7"), self.kernel.start("6 * 7")]
        exchanges = [self.kernel.finish(request) for request in requests]
        return exchanges, self.kernel.run("6 * 7")

    def test_an_error_aborts_what_was_queued_and_nothing_later(self) -> None:
        exchanges, later = self.queue_behind_error()
        self.assertEqual([e.reply.content["status"] for e in exchanges], ["error", "aborted", "aborted"])
        for aborted in exchanges[1:]:
            self.assertEqual([r.type for r in aborted.iopub], ["status", "status"])
        self.assertEqual(later.reply.content["status"], "ok")

    def test_without_stop_on_error_the_queue_goes_on(self) -> None:
        exchanges, _ = self.queue_behind_error(stop_on_error=False)
        self.assertEqual([e.reply.content["status"] for e in exchanges], ["error", "ok", "ok"])

    def test_other_requests_are_not_aborted(self) -> None:
        failing = self.kernel.start(S.error)
        info = self.kernel.send("shell", "kernel_info_request")
        self.kernel.finish(failing)
        self.assertEqual(self.kernel.finish(info).reply.content["status"], "ok")


class StdinTests(_SharedKernel):
    def question(self, code: str) -> tuple[dict, dict]:
        request = self.kernel.start(code, allow_stdin=True)
        asked = self.kernel.wait(
            lambda: [r for r in self.kernel.about(request) if r.type == "input_request"], REPLY_SECONDS, "an input_request"
        )
        self.assertEqual(asked[0].channel, "stdin")
        return request, asked[0].content

    def test_a_question_is_asked_and_its_answer_reaches_the_cell(self) -> None:
        self.need(S.input_cell, "input")
        for answer in ("Ada", "", "Zoë 😀"):
            request, content = self.question(S.input_cell or "")
            self.assertEqual((content["prompt"], content["password"]), ("name?", False))
            self.kernel.send("stdin", "input_reply", {"value": answer, "status": "ok"})
            exchange = self.kernel.finish(request)
            self.assertEqual(exchange.reply.content["status"], "ok")
            self.assertEqual(exchange.text().strip("\n"), f"got {answer}")

    def test_a_password_is_asked_as_such(self) -> None:
        self.need(S.password_cell, "passwords")
        request, content = self.question(S.password_cell or "")
        self.assertIs(content["password"], True)
        self.kernel.send("stdin", "input_reply", {"value": "x", "status": "ok"})
        self.assertEqual(self.kernel.finish(request).reply.content["status"], "ok")

    def test_without_allow_stdin_the_question_is_an_error(self) -> None:
        self.need(S.input_cell, "input")
        exchange = self.kernel.run(S.input_cell or "", allow_stdin=False)
        self.assertEqual(exchange.reply.content["status"], "error")
        self.assertEqual([r for r in self.kernel.about(exchange.request) if r.type == "input_request"], [])

    def test_an_interrupted_question_ends(self) -> None:
        self.need(S.input_cell, "input")
        request, _ = self.question(S.input_cell or "")
        self.assertEqual(self.kernel.ask("control", "interrupt_request").reply.content["status"], "ok")
        self.assertEqual(self.kernel.finish(request, 5).reply.content["status"], "error")
        self.assertEqual(self.kernel.run("6 * 7").reply.content["status"], "ok")


if __name__ == "__main__":
    unittest.main()
