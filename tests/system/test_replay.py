"""`grader replay` as a person uses it: in a pipe, and with keys in a terminal of 60 columns."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from grader.course import find
from tests.system.test_cli import grader

EX01 = find("ex01")
MISTAKE = EX01.solution.parent / "mistakes" / "missing_optimizer.py"
EX07 = find("ex07")
SECONDS = 60.0
FAULT = ("--fault", "kill@20:backward", "--seed", "5")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a run of exercise 1 has failed, and then another has passed."""
    folder = tmp_path_factory.mktemp("failed")
    assert 1 == grader("run", "ex01", "--file", MISTAKE, *FAULT, cwd=folder).returncode
    assert 0 == grader("run", "ex01", "--solution", *FAULT, cwd=folder).returncode
    return folder


def test_the_last_failure_is_replayed_in_a_pipe(failed: Path) -> None:
    """File, seed and fault come from the kept run; every scene is listed, plainly."""
    done = grader("replay", "ex01", "--page", "replay.html", cwd=failed)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "kill@20:backward, seed 5" in done.stdout
    assert "≠ parameters" in done.stdout
    assert "13/13" in done.stdout
    assert "\x1b" not in done.stdout
    assert "first difference" in (failed / "replay.html").read_text()


def test_a_failure_without_steps_is_told_as_a_story(tmp_path: Path) -> None:
    """A kill inside a save: its file calls, what lay there, and how load() ended."""
    file = EX07.solution.parent / "mistakes" / "in_place.py"
    done = grader("replay", "ex07", "--file", file, "--fault", "kill@8:call1", cwd=tmp_path)
    said = " ".join(done.stdout.split())

    assert done.returncode == 1, done.stdout + done.stderr
    assert "0: create or empty checkpoint.pt" in said
    assert "in the checkpoint folder: checkpoint.pt (0 bytes)" in said
    assert "in your load(): EOFError" in said


def test_a_fault_that_passes_now_shows_equal_steps(failed: Path) -> None:
    """The file was mended: the same trial, and every item of every step equal."""
    done = grader("replay", "ex01", "--solution", cwd=failed)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("all 16 items equal") == 8


def test_with_no_failure_it_says_how_to_get_one(tmp_path: Path) -> None:
    """Wrong usage, and what to type instead."""
    done = grader("replay", "ex01", cwd=tmp_path)

    assert done.returncode == 2
    assert "run ex01" in done.stderr


def test_keys_step_through_it_in_a_terminal(failed: Path) -> None:
    """Right, j, left, d and q, at 60 columns and without colour."""
    judge, learner = pty.openpty()
    fcntl.ioctl(learner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "replay", "ex01"], cwd=failed,
        stdin=learner, stdout=learner, stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"},
    )  # fmt: skip
    os.close(learner)
    shown = _until(judge, "q quit")
    assert "1/13  Process 1, killed: the start" in shown
    seen = []
    for key in (b"\x1b[C", b"j", b"\x1b[D", b"d"):
        _press(judge, key)
        seen.append(_until(judge, "q quit"))
    _press(judge, b"q")
    rest = _until(judge, "")

    assert ["2", "3", "2", "5"] == [_number(text) for text in seen]
    assert "≠ parameters" in seen[-1]
    assert "\x1b[31m" not in "".join(seen)
    assert "FAIL  ex01_first_checkpoint" in rest
    assert process.wait() == 1
    os.close(judge)


def _press(terminal: int, key: bytes) -> None:
    """Press a key as soon as one is waited for: what was typed before that is thrown away."""
    end = time.monotonic() + SECONDS
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        assert time.monotonic() < end, "no key was waited for"
        time.sleep(0.01)
    os.write(terminal, key)


def _until(terminal: int, wanted: str) -> str:
    """Read until a text was shown, or with none to the end."""
    shown, end = b"", time.monotonic() + SECONDS
    while not wanted or wanted.encode() not in shown:
        ready, _, _ = select.select([terminal], [], [], max(end - time.monotonic(), 0))
        assert ready, f"{wanted!r} did not come: {shown!r}"
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the other end was closed
            break
    return shown.decode()


def _number(shown: str) -> str:
    return shown.partition("/13")[0][-1:]
