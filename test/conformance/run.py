"""Runs the conformance tests against one installed kernel and counts what passed.

    python run.py [--kernel NAME] [--suite jupyter|protocol|all] [--json FILE] [--times N] [--allow-skips]

KERNEL_NAME is the default of --kernel; TEST_SECONDS limits every test.
A test with a failing subtest counts once, as failed. Exits non-zero unless every test of every repetition passed.
"""
from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import unittest
from pathlib import Path

import psutil

HERE = Path(__file__).parent
SUITES = {"jupyter": ["test_colora_kernel"], "protocol": ["test_lifecycle", "test_requests", "test_execution", "test_schema"]}
SUITES["all"] = SUITES["jupyter"] + SUITES["protocol"]

# jupyter_kernel_test waits for some replies without a limit of its own.
TEST_SECONDS = float(os.environ.get("TEST_SECONDS", "60"))


def out_of_time(*_: object) -> None:
    raise TimeoutError(f"no end within {TEST_SECONDS:g} s")


class Counter(unittest.TextTestResult):
    """Remembers the fate of every test by its short name."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.fates: dict[str, str] = {}
        self.messages: dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        signal.setitimer(signal.ITIMER_REAL, TEST_SECONDS)
        self.fates[short_name(test)] = "passed"

    def _note(self, test: object, fate: str, message: str) -> None:
        name = short_name(getattr(test, "test_case", test))
        if self.fates.get(name) != "failed":
            self.fates[name] = fate
            self.messages[name] = message

    def addFailure(self, test: unittest.TestCase, err: tuple) -> None:
        super().addFailure(test, err)
        self._note(test, "failed", str(err[1]))

    def addError(self, test: unittest.TestCase, err: tuple) -> None:
        super().addError(test, err)
        self._note(test, "failed", f"{err[0].__name__}: {err[1]}")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: tuple | None) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test, "failed", f"{subtest}: {err[0].__name__}: {err[1]}")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self._note(test, "skipped", reason)


def short_name(test: object) -> str:
    identifier = test.id() if isinstance(test, unittest.TestCase) else str(test)
    return ".".join(identifier.split(".")[-2:])


def run_once(suite: str) -> Counter:
    tests = unittest.defaultTestLoader.loadTestsFromNames(SUITES[suite])
    signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, TEST_SECONDS)
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Counter)
    try:
        return runner.run(tests)  # type: ignore[return-value]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def end_children() -> None:
    """Ends the kernels of tests that broke off; those that were shut down are gone already."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        if child.is_running():
            child.kill()
    psutil.wait_procs(children, timeout=5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default=os.environ.get("KERNEL_NAME", "colora"))
    parser.add_argument("--suite", choices=sorted(SUITES), default="all")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--allow-skips", action="store_true")
    options = parser.parse_args()
    # The test modules read the name when they are imported.
    os.environ["KERNEL_NAME"] = options.kernel
    sys.path.insert(0, str(HERE))

    # So that the kernels are ended when this program is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    runs = []
    for repetition in range(options.times):
        started = time.monotonic()
        try:
            result = run_once(options.suite)
        finally:
            end_children()
        runs.append({"tests": result.fates, "messages": result.messages, "seconds": round(time.monotonic() - started, 2)})
        print(f"conformance of {options.kernel}, run {repetition + 1} of {options.times}: {summary(runs[-1]['tests'])}", flush=True)
    if options.json:
        options.json.write_text(json.dumps({"kernel": options.kernel, "suite": options.suite, "runs": runs}, indent=1))
    wanted = {"passed", "skipped"} if options.allow_skips else {"passed"}
    return 0 if all(fate in wanted for run in runs for fate in run["tests"].values()) else 1


def summary(fates: dict[str, str]) -> str:
    counts = {fate: list(fates.values()).count(fate) for fate in ("passed", "failed", "skipped")}
    return ", ".join(f"{count} {fate}" for fate, count in counts.items() if count or fate != "skipped")


if __name__ == "__main__":
    sys.exit(main())
