"""Drives a real JupyterLab in headless Chromium: opens a notebook, runs all cells, checks the figure, takes a screenshot.

    python jupyterlab_screenshot.py NOTEBOOK --out FILE.png [--kernel NAME] [--seconds N]

Run it with the Python of an environment made from requirements-browser.txt. Everything stays on the loopback interface;
a notebook of this checkout runs in a copy of the checkout. Nothing is left running.
"""
from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import nbformat
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from workspace import CHECKOUT, copied_checkout

START_SECONDS = 90
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# All cells in the page at once, and no question about news.
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}
RUN_ALL = """
const done = arguments[arguments.length - 1];
const { commands, shell } = window.jupyterapp;
const panel = shell.currentWidget;
panel.context.ready
  .then(() => panel.sessionContext.ready)
  .then(() => commands.execute('notebook:run-all-cells'))
  .then((ok) => done(String(ok)), (error) => done('failed: ' + error));
"""
IMAGES = """
return [...document.querySelectorAll('.jp-OutputArea-output img')].map((i) => [i.src.slice(0, 24), i.naturalWidth, i.naturalHeight]);
"""
ERRORS = "return [...document.querySelectorAll('[data-mime-type=\"application/vnd.jupyter.error\"]')].map((e) => e.innerText.slice(0, 300));"
HEIGHT = "return Math.max(...[...document.querySelectorAll('.jp-Cell')].map((e) => e.offsetTop + e.offsetHeight));"
TO_TOP = "for (const e of document.querySelectorAll('.jp-WindowedPanel-outer, .jp-Notebook')) e.scrollTop = 0;"


@contextmanager
def jupyterlab(root: Path) -> Iterator[tuple[str, str]]:
    """A JupyterLab over `root`, with settings of its own; gives its address and token."""
    with tempfile.TemporaryDirectory(prefix="colora-lab-") as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        config = Path(home, "config", "labconfig")
        config.mkdir(parents=True)
        (config / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
        token = secrets.token_hex(16)
        arguments = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
            *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
            *("--LabApp.expose_app_in_browser=True", f"--LabApp.workspaces_dir={home}/workspaces"),
        ]
        log = open(Path(home, "log"), "w+")
        server = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "JUPYTER_CONFIG_DIR": f"{home}/config"}
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(server, address, token, log.name)
            yield address, token
        finally:
            stop(server, address, token)
            log.close()


def wait_for(server: subprocess.Popen, address: str, token: str, log: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            ask(address, token, "api/status")
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start within {START_SECONDS} s:\n{Path(log).read_text()[-3000:]}")


def stop(server: subprocess.Popen, address: str, token: str) -> None:
    """Lets the server shut down its kernels; a server that does not end is ended."""
    try:
        ask(address, token, "api/shutdown", "POST")
        server.wait(20)
    except (OSError, subprocess.TimeoutExpired):
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def ask(address: str, token: str, path: str, method: str = "GET") -> bytes:
    request = urllib.request.Request(f"{address}/{path}", method=method, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in CHROMIUM_FLAGS:
        options.add_argument(flag)
    options.add_argument("--window-size=1500,1200")
    driver_path = shutil.which("chromedriver")
    if driver_path is None:
        raise RuntimeError("chromedriver must be on PATH (Debian: the package chromium-driver)")
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    try:
        yield driver
    finally:
        driver.quit()


def run_notebook(driver: webdriver.Chrome, url: str, seconds: int, out: Path) -> list[str]:
    """Opens, runs, photographs; returns what was wrong."""
    driver.set_script_timeout(seconds)
    driver.get(url)
    ready = "return Boolean(window.jupyterapp && document.querySelector('.jp-NotebookPanel .jp-CodeCell'))"
    deadline = time.monotonic() + START_SECONDS
    while not driver.execute_script(ready):
        if time.monotonic() > deadline:
            driver.save_screenshot(str(out))
            return [f"JupyterLab did not show the notebook within {START_SECONDS} s"]
        time.sleep(0.2)
    problems = []
    try:
        ran = driver.execute_async_script(RUN_ALL)
        if ran != "true":
            problems.append(f"running all cells gave {ran}")
    except WebDriverException as error:
        problems.append(f"cells were still running after {seconds} s ({type(error).__name__})")
    time.sleep(1)  # the last output is drawn after the cell is done
    problems += driver.execute_script(ERRORS)
    images = driver.execute_script(IMAGES)
    print(f"jupyterlab: images in the page (kind, width, height): {images}")
    if not any(width > 0 and height > 0 for _, width, height in images):
        problems.append("no image is in the page")
    driver.set_window_size(1500, min(16_000, int(driver.execute_script(HEIGHT)) + 350))
    driver.execute_script(TO_TOP)
    time.sleep(1)
    driver.save_screenshot(str(out))
    return problems


def prepare(notebook: Path, root: Path, kernel: str | None) -> Path:
    """The notebook at its place under `root`, for another kernel if told."""
    place = root / (notebook.relative_to(CHECKOUT) if notebook.is_relative_to(CHECKOUT) else notebook.name)
    content = nbformat.read(notebook, as_version=4)
    if kernel:
        content.metadata.kernelspec = {"name": kernel, "display_name": kernel}
    nbformat.write(content, place)
    return place.relative_to(root)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kernel", help="instead of the one the notebook names")
    parser.add_argument("--seconds", type=int, default=300)
    options = parser.parse_args()
    notebook = options.notebook.resolve()
    outside = tempfile.TemporaryDirectory(prefix="colora-notebook-")
    with outside, copied_checkout() if notebook.is_relative_to(CHECKOUT) else nullcontext(Path(outside.name)) as root:
        place = prepare(notebook, root, options.kernel)
        with jupyterlab(root) as (address, token), browser() as driver:
            problems = run_notebook(driver, f"{address}/lab/tree/{place}?token={token}&reset", options.seconds, options.out)
    for problem in problems:
        print(f"jupyterlab: {problem}")
    print(f"jupyterlab: screenshot in {options.out}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
