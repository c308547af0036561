"""`grader watch` as a person uses it: save, see, ask, mend, go on; and with nobody at the keys."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from grader.course import exercises

EX01, FOLLOWING = exercises()[:2]
MISTAKES = EX01.solution.parent / "mistakes"
SECONDS = 120
KEYS = "q quit"


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    """Return the learner's file of exercise 1; the optimizer is forgotten in it."""
    own = tmp_path / "answers" / EX01.name / EX01.edit[0]
    own.parent.mkdir(parents=True)
    shutil.copyfile(MISTAKES / "missing_optimizer.py", own)
    return own


@pytest.fixture
def watched(answer: Path) -> Iterator["pexpect.spawn[str]"]:
    """Return a watch in a terminal of 60 columns that asks for no colour."""
    watch = pexpect.spawn(
        sys.executable, ["-m", "grader", "watch", "ex01"], cwd=answer.parents[2], timeout=SECONDS,
        dimensions=(40, 60), env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"},
        encoding="utf-8",
    )  # fmt: skip
    yield watch
    watch.close(force=True)


def save(file: Path, content: bytes) -> None:
    """Put another file in a file's place, as many editors do."""
    beside = file.with_suffix(".swp")
    beside.write_bytes(content)
    beside.replace(file)


def shown(watch: "pexpect.spawn[str]") -> str:
    """Return what came before the text that was waited for, as lines without control codes."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", watch.before or "").replace("\r\n", "\n")


def test_fail_hint_fix_pass_next(watched: "pexpect.spawn[str]", answer: Path) -> None:
    """The counterexample comes first, its cause after it, a hint when asked for, and no tiring."""
    watched.expect_exact("✗ Killed")
    watched.expect_exact("FAIL")
    watched.expect_exact(KEYS)
    report = shown(watched)
    assert "Question" in report
    assert "  Try" not in report
    assert max(len(line) for line in report.split("Picture")[0].splitlines()) <= 60
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", watched.before or "")  # no colour

    watched.send("n")
    watched.expect_exact("no run of your file has passed it yet")
    watched.send("h")
    watched.expect_exact("missing_optimizer")
    save(answer, EX01.solution.read_bytes())
    watched.expect_exact("PASS")
    watched.expect_exact(KEYS)
    watched.send("n")
    watched.expect_exact(f"{FOLLOWING.name}  {FOLLOWING.title}")
    watched.expect_exact("not_started")
    watched.expect_exact(KEYS)
    watched.send("q")
    watched.expect(pexpect.EOF)
    watched.wait()
    assert watched.exitstatus == 0


def test_broken_deleted_replaced(watched: "pexpect.spawn[str]", answer: Path) -> None:
    """A file with an error in it, none at all, one that is back: each is told, none is the end."""
    watched.expect_exact(KEYS)
    save(answer, b"def save(:\n")
    watched.expect_exact("SyntaxError")
    watched.expect_exact(KEYS)
    answer.unlink()
    watched.expect_exact("is gone")
    save(answer, (MISTAKES / "starts_over.py").read_bytes())
    watched.expect_exact("starts_over")
    watched.expect_exact(KEYS)
    watched.sendintr()
    watched.expect(pexpect.EOF)


def test_saved_while_it_is_graded(watched: "pexpect.spawn[str]", answer: Path) -> None:
    """A verdict on bytes that lie there no more is not shown; the new ones are graded."""
    watched.expect_exact("✗ Killed")
    save(answer, (MISTAKES / "starts_over.py").read_bytes())
    watched.expect_exact("Saved again")
    assert "FAIL" not in shown(watched)
    watched.expect_exact("starts_over")


def test_the_servers_stay_warm(watched: "pexpect.spawn[str]", answer: Path) -> None:
    """The second grading starts no server: torch is not imported again."""
    watched.expect_exact(KEYS)
    before = servers_of(watched.pid)
    save(answer, EX01.solution.read_bytes())
    watched.expect_exact("PASS")

    assert len(before) == 2
    assert before == servers_of(watched.pid)


def servers_of(process: int | None) -> list[str]:
    """Return the process ids of the children of a process."""
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()


def test_in_a_pipe_it_is_plain_and_waits_for_no_key(answer: Path, tmp_path: Path) -> None:
    """No colour, no key, and it goes on until it is told to end."""
    told = tmp_path / "told.txt"
    with told.open("wb") as pipe, subprocess.Popen(
        [sys.executable, "-m", "grader", "watch"], cwd=tmp_path,
        stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT,
    ) as watch:  # fmt: skip
        until(told, "Waiting for the file")
        save(answer, EX01.solution.read_bytes())
        until(told, "PASS")
        watch.send_signal(signal.SIGINT)
        assert watch.wait(SECONDS) == 0

    said = told.read_text(encoding="utf-8")
    assert "FAIL" in said
    assert "\x1b" not in said
    assert "q quit" not in said


def until(file: Path, wanted: str) -> None:
    """Wait until a text is in a file."""
    end = time.monotonic() + SECONDS
    while wanted not in file.read_text(encoding="utf-8"):
        assert time.monotonic() < end, file.read_text(encoding="utf-8")
        time.sleep(0.05)
