"""Executes a copy of a notebook through nbclient, as nbconvert and many services do, and checks what came out.

    python nbclient_executes.py NOTEBOOK [--kernel NAME] [--out FILE] [--expect-mime TYPE]... [--cell-seconds N]

A notebook of this checkout runs at its place in a copy of the checkout, so that its relative imports resolve and what
it writes touches nothing; any other notebook runs in its own folder.
"""
from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from workspace import CHECKOUT, copied_checkout


def problems_of(notebook: nbformat.NotebookNode, mimes: list[str]) -> list[str]:
    """What is wrong with an executed notebook: cells without a number, errors, or no output of an expected type."""
    found = []
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for index, cell in enumerate(cells, 1):
        if cell.execution_count is None:
            found.append(f"code cell {index} has no execution count")
        found += [f"code cell {index} failed: {o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
    shown = {mime for cell in cells for o in cell.outputs for mime in o.get("data", {})}
    found += [f"no output of type {mime}; there are {', '.join(sorted(shown)) or 'none'}" for mime in mimes if mime not in shown]
    if not cells:
        found.append("the notebook has no code")
    return found


def execute(path: Path, notebook: nbformat.NotebookNode, kernel: str, seconds: int) -> None:
    """Runs every cell; raises nbclient's errors."""
    inside = path.is_relative_to(CHECKOUT)
    with copied_checkout() if inside else nullcontext(path.parent) as root:
        folder = root / path.relative_to(CHECKOUT).parent if inside else root
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, kernel_name=kernel, timeout=seconds, startup_timeout=60, resources=resources).execute()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--kernel", default=os.environ.get("KERNEL_NAME", "colora"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--expect-mime", action="append", default=[])
    parser.add_argument("--cell-seconds", type=int, default=300)
    options = parser.parse_args()

    path = options.notebook.resolve()
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    try:
        execute(path, notebook, options.kernel, options.cell_seconds)
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        print(f"nbclient: {path.name} with kernel {options.kernel}: {error}")
        return 1
    finally:
        if options.out:
            nbformat.write(notebook, options.out)
    nbformat.validate(notebook)
    problems = problems_of(notebook, options.expect_mime)
    for problem in problems:
        print(f"nbclient: {path.name}: {problem}")
    if not problems:
        count = sum(cell.cell_type == "code" for cell in notebook.cells)
        print(f"nbclient: {path.name}: {count} code cells in {time.monotonic() - started:.1f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
