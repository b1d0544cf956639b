"""What to type into each kernel: the same deed, in the words of its language.

A sample that is None (or empty) says that the kernel has no way to do it: the test that needs it is skipped, and
the runner counts a skipped test as not passed. Our own kernel must have every sample.
"""
from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

KERNEL_NAME = os.environ.get("KERNEL_NAME", "colora")


@dataclass(frozen=True)
class Samples:
    """One kernel's cells, named by the behaviour they show."""

    language: str
    file_extension: str
    hello: str
    stderr: str
    completions: list[dict[str, Any]]
    complete: list[str]
    incomplete: list[str]
    invalid: list[str]
    error: str
    results: list[dict[str, str]]
    displays: list[dict[str, str]]
    history_pattern: str
    inspect: str
    # Cells of the message-order checks.
    set_variable: str  # binds `kept` to 41
    read_variable: str  # evaluates to kept + 1, so 42
    busy_loop: str
    wait_forever: str | None
    loop_after_await: str | None
    sleep: str  # a cell that takes about {seconds}, still interruptible
    print_numbers: str  # prints the lines 0 … {count} - 1
    both_streams: str  # 'out-1', 'err-1', 'out-2', 'err-2', in this order, alternating streams
    bad_expression: str
    unicode_completion: tuple[str, str]  # text with a character outside the BMP before the cursor, and the match
    clear_output: str | None = None
    page: str | None = None
    input_cell: str | None = None  # asks `name?`, prints `got <answer>`
    password_cell: str | None = None
    update_display: str | None = None  # shows 'before' as text/html under a display id, then 'after'
    comm_target: str | None = None  # registers 'echo.test': sends each message's data back under the key 'echo'
    late_print: str | None = None  # returns at once, prints 'late' about 0.3 s later
    history_operations: tuple[str, ...] = ("tail", "range", "search")


_TYPESCRIPT = Samples(
    language="typescript",
    file_extension=".ts",
    hello="console.log('hello, world')",
    stderr="console.error('a warning')",
    completions=[{"text": "JSON.par", "matches": ["parse"]}, {"text": "Math.sqr", "matches": ["sqrt"]}],
    complete=["1", "const a = 1", "function f() {\n  return 1\n}", "await Promise.resolve(1)", "// only a comment", "for (const x of [1]) x"],
    incomplete=["function f() {", "const a = [", "const s = `one", "if (true) {", "Math.max(1,", "/* open"],
    invalid=["const = 1", "function function", "1 +* 2", "}"],
    error="throw new Error('boom')",
    results=[
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2, 3].map((x) => x * x)", "result": "[ 1, 4, 9 ]"},
        {"code": "'a' + 'b'", "result": "'ab'"},
    ],
    displays=[],
    history_pattern="'a' ? 'b'",
    inspect="parseInt",
    set_variable="let kept = 41",
    read_variable="kept + 1",
    busy_loop="while (true) {}",
    wait_forever="await new Promise(() => {})",
    loop_after_await="await new Promise((done) => setTimeout(done, 50)); while (true) {}",
    sleep="await new Promise((done) => setTimeout(done, {seconds} * 1000))",
    print_numbers="for (let i = 0; i < {count}; i++) console.log(i)",
    both_streams="console.log('out-1'); console.error('err-1'); console.log('out-2'); console.error('err-2')",
    bad_expression="noSuchName",
    unicode_completion=("const s = '😀😀'; JSON.par", "parse"),
    late_print="setTimeout(() => console.log('late'), 300); 0",
)

COLORA = replace(
    _TYPESCRIPT,
    displays=[
        {"code": "display({ 'text/html': '<b>bold</b>' })", "mime": "text/html"},
        {"code": "import { display } from 'tslab';\ndisplay.html('<b>bold</b>')", "mime": "text/html"},
        {"code": "import { newDisplay } from 'tslab';\nnewDisplay().svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')", "mime": "image/svg+xml"},
    ],
    clear_output="clear()",
    input_cell="const answer = await input('name?');\nconsole.log('got ' + answer)",
    password_cell="await input('secret?', { password: true })",
    comm_target="comms.register('echo.test', (comm) => {\n  comm.onMessage = (data) => comm.send({ echo: data });\n});",
    update_display=(
        "import { newDisplay } from 'tslab';\nconst shown = newDisplay();\nshown.html('<b>before</b>');\nshown.html('<b>after</b>')"
    ),
)

TSLAB = replace(
    _TYPESCRIPT,
    completions=[{"text": "JSON.par", "matches": ["parse"]}],
    displays=[{"code": "import { display } from 'tslab';\ndisplay.html('<b>bold</b>')", "mime": "text/html"}],
    update_display=COLORA.update_display,
    history_operations=(),
    history_pattern="",
)

DENO = replace(
    _TYPESCRIPT,
    displays=[
        {
            "code": "await Deno.jupyter.broadcast('display_data', { data: { 'text/html': '<b>bold</b>' }, metadata: {}, transient: {} })",
            "mime": "text/html",
        }
    ],
    results=[
        {"code": "6 * 7", "result": "\x1b[33m42\x1b[39m"},
        {"code": "[1, 2, 3].map((x) => x * x)"},
        {"code": "'a' + 'b'", "result": '\x1b[32m"ab"\x1b[39m'},
    ],
    clear_output="await Deno.jupyter.broadcast('clear_output', { wait: false })",
    input_cell="console.log('got ' + prompt('name?'))",
    update_display=(
        "await Deno.jupyter.broadcast('display_data', { data: { 'text/html': 'before' }, metadata: {}, transient: { display_id: 'd' } });\n"
        "await Deno.jupyter.broadcast('update_display_data', { data: { 'text/html': 'after' }, metadata: {}, transient: { display_id: 'd' } })"
    ),
    history_operations=(),
    history_pattern="",
)

PYTHON = Samples(
    language="python",
    file_extension=".py",
    hello="print('hello, world')",
    stderr="import sys; print('a warning', file=sys.stderr)",
    completions=[{"text": "zi", "matches": ["zip"]}],
    complete=["1", "def f(): return 1"],
    incomplete=["def f(", "x = ["],
    invalid=["import = 7q"],
    error="raise ValueError('boom')",
    results=[{"code": "6 * 7", "result": "42"}, {"code": "[x * x for x in (1, 2, 3)]", "result": "[1, 4, 9]"}, {"code": "'a' + 'b'", "result": "'ab'"}],
    displays=[{"code": "from IPython.display import HTML, display; display(HTML('<b>bold</b>'))", "mime": "text/html"}],
    history_pattern="'a' ? 'b'",
    inspect="zip",
    set_variable="kept = 41",
    read_variable="kept + 1",
    busy_loop="while True: pass",
    wait_forever="import asyncio; await asyncio.Event().wait()",
    loop_after_await="import asyncio; await asyncio.sleep(0.05)\nwhile True: pass",
    sleep="import time; time.sleep({seconds})",
    print_numbers="for i in range({count}): print(i)",
    both_streams="import sys\nfor i in (1, 2):\n    print(f'out-{i}', flush=True); print(f'err-{i}', file=sys.stderr, flush=True)",
    bad_expression="no_such_name",
    unicode_completion=("s = '😀😀'; zi", "zip"),
    clear_output="from IPython.display import clear_output; clear_output()",
    page="zip?",
    input_cell="print('got ' + input('name?'))",
    password_cell="import getpass; getpass.getpass('secret?')",
    update_display=(
        "from IPython.display import HTML, display\nh = display(HTML('<b>before</b>'), display_id=True)\nh.update(HTML('<b>after</b>'))"
    ),
    comm_target=(
        "def opened(comm, message):\n    comm.on_msg(lambda m: comm.send({'echo': m['content']['data']}))\n"
        "get_ipython().kernel.comm_manager.register_target('echo.test', opened)"
    ),
    late_print="import threading; threading.Timer(0.3, lambda: print('late')).start()",
)


def samples_for(kernel_name: str = KERNEL_NAME) -> Samples:
    """The samples of a kernel, by the name of its kernelspec; an unknown name is taken for ours under another name."""
    by_name = {"python3": PYTHON, "deno": DENO, "tslab": TSLAB}
    return by_name.get(kernel_name, COLORA)
