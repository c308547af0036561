"""Photographs our feedback in nbgrader's formgrader, for the page For instructors.

    python -m course_site.formgrader

Makes a course as that page tells, hands in a classic mistake, autogrades it, starts a Jupyter
server and takes the picture in a real browser: lessons/formgrader.png.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from grader import course
from grader.classroom import notebooks

_ROOT = course.course_root()
PICTURE = _ROOT / "lessons" / "formgrader.png"
_EXERCISE = course.find("ex01")
_STUDENT, _MISTAKE = "bob", "missing_optimizer"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WIDTH, _HEIGHT = 980, 760
_PATIENCE = 300.0  # seconds for a server to answer


def main() -> int:
    """Take the picture anew."""
    with tempfile.TemporaryDirectory(prefix="exact-resume-formgrader-") as folder:
        place = Path(folder) / "course"
        _graded_course(place)
        with _served(place) as address:
            _photograph(address)
    print(f"written  {PICTURE}: {PICTURE.stat().st_size // 1024} kB")  # noqa: T201 - a command
    return 0


def _graded_course(folder: Path) -> None:
    _run(folder.parent, sys.executable, "-m", "grader", "class", "init", str(folder))
    _nbgrader(folder, "generate_assignment")
    name = f"{_EXERCISE.name}.ipynb"
    notebook = json.loads((folder / "release" / _EXERCISE.name / name).read_text())
    mistake = _EXERCISE.solution.parent / "mistakes" / f"{_MISTAKE}.py"
    for cell in notebook["cells"]:
        if cell["id"] == notebooks.solution_id(_EXERCISE):
            cell["source"] = mistake.read_text()
    place = folder / "submitted" / _STUDENT / _EXERCISE.name
    place.mkdir(parents=True)
    (place / name).write_text(json.dumps(notebook))
    _nbgrader(folder, "autograde")


def _nbgrader(folder: Path, command: str) -> None:
    _run(folder, str(Path(sys.executable).with_name("nbgrader")), command, _EXERCISE.name)


def _run(folder: Path, *words: str) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True)  # noqa: S603 - named above


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Start a Jupyter server in the course; yield formgrader's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    words += [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    with subprocess.Popen(  # noqa: S603 - as above
        words,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder.parent)},  # nobody's own settings
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}/api/status")
            yield f"{address}/formgrader"
        finally:
            server.terminate()


def _wait(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - on this machine
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _photograph(address: str) -> None:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.set_default_timeout(1000 * _PATIENCE)
        page.goto(f"{address}/gradebook/{_EXERCISE.name}/{_EXERCISE.name}")
        page.get_by_role("link", name="Submission #1").click()
        page.get_by_text(_MISTAKE).first.wait_for()
        page.get_by_text(_EXERCISE.checks[1].title).first.scroll_into_view_if_needed()
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
