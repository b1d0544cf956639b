"""A copy of the checkout to run notebooks in: what they write never touches the checkout itself."""
from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Large, or made by earlier runs; the packages are linked instead.
LEFT_OUT = ("node_modules", ".git", ".cache", "out", "coverage", "__pycache__")


@contextmanager
def copied_checkout() -> Iterator[Path]:
    """A folder with the checkout's files and its packages, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="colora-copy-") as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(CHECKOUT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        (copy / "node_modules").symlink_to(CHECKOUT / "node_modules", target_is_directory=True)
        yield copy
