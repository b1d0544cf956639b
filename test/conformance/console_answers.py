"""Types one line into `jupyter console`, reads the answer, leaves with Ctrl-D, and checks that the kernel went too.

    python console_answers.py [--kernel NAME] [--line '6*7'] [--answer 42]
"""
from __future__ import annotations

import argparse
import os
import re
import sys

import pexpect
import psutil

SECONDS = 60
END_SECONDS = 10
COLOUR = r"(?:\x1b\[[0-9;]*m)*"


def talk(kernel: str, line: str, answer: str) -> None:
    """The whole conversation; raises when an answer or an end does not come in time."""
    # A console run by this Python: one of another environment is never taken.
    arguments = ["-m", "jupyter_console", "--kernel", kernel, "--simple-prompt"]
    child = pexpect.spawn(sys.executable, arguments, timeout=SECONDS, encoding="utf-8", echo=False, dimensions=(40, 120))
    kernels: list[psutil.Process] = []
    try:
        child.expect(r"In \[1\]: ")
        kernels = psutil.Process(child.pid).children(recursive=True)
        child.sendline(line)
        child.expect(rf"Out\[1\]:\s*{COLOUR}{re.escape(answer)}")
        child.expect(r"In \[2\]: ")
        child.sendeof()
        child.expect("exit")
        child.sendline("y")
        child.expect(pexpect.EOF)
        child.close()
        if child.exitstatus != 0:
            raise RuntimeError(f"jupyter console must end with status 0, got {child.exitstatus or child.signalstatus}")
        _, alive = psutil.wait_procs(kernels, timeout=END_SECONDS)
        if alive:
            raise RuntimeError(f"the kernel must end with the console, got {[process.cmdline() for process in alive]} still running")
    finally:
        child.close(force=True)
        for process in kernels:
            if process.is_running():
                process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default=os.environ.get("KERNEL_NAME", "colora"))
    parser.add_argument("--line", default="6*7")
    parser.add_argument("--answer", default="42")
    options = parser.parse_args()
    try:
        talk(options.kernel, options.line, options.answer)
    except (pexpect.ExceptionPexpect, RuntimeError) as error:
        print(f"console: {options.kernel}: {error}")
        return 1
    print(f"console: {options.line} gave {options.answer} and the console left cleanly")
    return 0


if __name__ == "__main__":
    sys.exit(main())
