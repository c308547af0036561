"""Does the grader say Unknown, with the reason, whenever the fault is not the learner's?"""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from grader.checkers.progress import within_bounds
from grader.course import Check, Exercise
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.history import History, Moment, Phase
from grader.process.servers import ForkServers
from grader.verdict import ExitCode, Finding, Outcome, Unknown
from grader.workloads.workload import PROGRAM
from tests.system import leftovers
from tests.system.conftest import SEED, Judge

_PROGRAMS = "tests.system.programs"
_SIGNALS = """
import os
import signal
from pathlib import Path

marker = Path({marker!r})
solution = Path({solution!r})
exec(compile(solution.read_text(), str(solution), "exec"))
honest = save

def save(path, *rest):
    if {always} or not marker.exists():
        marker.touch()
        {action}
    honest(path, *rest)
"""
_JUDGE = """
import sys
from pathlib import Path
from grader import course
from grader.grade import Request, grade
grade(Request(course.find("ex01"), Path(sys.argv[1]), 1))
"""
_LINGERS = """
import os
import threading

def save(path, *_):
    if os.fork() == 0:
        threading.Event().wait()
    if os.fork() == 0:
        os.setsid()
        threading.Event().wait()
    print("saving", flush=True)
    with open({news!r}, "w") as file:
        file.write("saving")
    threading.Event().wait()

def load(*_):
    return 0
"""


def _said(pipe: Path, by: subprocess.Popen[bytes]) -> bytes:
    """Wait for a word in the pipe; return nothing if the process that should say it has ended."""
    fd, pidfd = os.open(pipe, os.O_RDWR), os.pidfd_open(by.pid)
    ready, _, _ = select.select([fd, pidfd], [], [])
    said = os.read(fd, 100) if fd in ready else b""
    os.close(fd)
    os.close(pidfd)
    return said


def _with_check(exercise: Exercise, check: Check) -> Exercise:
    """Return the exercise with this one check."""

    class One(Exercise):
        @property
        def checks(self) -> list[Check]:
            return [check]

    return One(**{fact.name: getattr(exercise, fact.name) for fact in fields(exercise)})


def _reason(outcome: Outcome) -> str:
    """Return why nothing can be said, which must be the verdict."""
    assert isinstance(outcome.verdict, Unknown)
    assert ExitCode.UNKNOWN == outcome.exit_code
    return outcome.verdict.reason


def test_never_struck(judge: Judge, exercise: Exercise) -> None:
    """A fault that does not happen proves nothing, whatever the training did."""
    never = Check("Never", 1, lambda _: [Schedule((Moment(3, "save"),))], [within_bounds])

    outcome = judge(exercise.solution, of=_with_check(exercise, never)).outcome

    assert "never struck" in _reason(outcome)
    assert None is outcome.checks[0].earned


def test_checker_raises(judge: Judge, exercise: Exercise) -> None:
    """A checker of ours that breaks costs nobody a point."""

    def broken(_history: History, _baseline: Phase) -> Finding | None:
        message = "list index out of range"
        raise IndexError(message)

    check = Check("Broken", 1, kill.nowhere, [broken])

    outcome = judge(exercise.solution, of=_with_check(exercise, check)).outcome

    assert "a checker of ours failed: IndexError" in _reason(outcome)


def test_nothing_checked(judge: Judge, exercise: Exercise) -> None:
    """Without a single trial nothing is passed."""
    check = Check("Nothing", 1, lambda _: [], [within_bounds])

    outcome = judge(exercise.solution, of=_with_check(exercise, check)).outcome

    assert _reason(outcome)


@pytest.mark.parametrize(("always", "word"), [(False, "passed"), (True, "unknown")])
def test_foreign_kill(
    judge: Judge, exercise: Exercise, tmp_path: Path, *, always: bool, word: str
) -> None:
    """A SIGKILL that the judge did not send is retried once; the second one ends the grading."""
    mine = tmp_path / "checkpoint.py"
    action = "os.kill(os.getpid(), signal.SIGKILL)"
    facts = {"marker": str(tmp_path / "killed"), "solution": str(exercise.solution)}
    mine.write_text(_SIGNALS.format(**facts, action=action, always=always))

    outcome = judge(mine).outcome

    assert word == outcome.verdict.word
    assert (tmp_path / "killed").exists()
    if always:
        assert "SIGKILL came from elsewhere, twice, in save" in _reason(outcome)


def test_restless_workload(exercise: Exercise) -> None:
    """A training that is not the same twice is named with the first item that differs."""
    with ForkServers(f"{_PROGRAMS}.restless") as restless:
        outcome = grade(Request(exercise, exercise.solution, SEED), restless).outcome

    reason = _reason(outcome)
    assert "not deterministic here" in reason
    assert "differ first in lr, at step 0" in reason
    assert () == outcome.checks


def test_self_test_fails(exercise: Exercise) -> None:
    """A machine on which the built-in keeper is not exact grades nobody."""
    with ForkServers(f"{_PROGRAMS}.forgetful") as forgetful:
        outcome = grade(Request(exercise, exercise.solution, SEED), forgetful).outcome

    reason = _reason(outcome)
    assert "a trainer that saves everything was not resumed exactly" in reason
    assert "loss differs first" in reason
    assert () == outcome.checks


@pytest.fixture
def own_servers() -> Iterator[ForkServers]:
    """Return servers that a test may break."""
    with ForkServers(PROGRAM) as held:
        held.wait_until_ready()
        yield held


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_server_dies(own_servers: ForkServers, exercise: Exercise, number: int) -> None:
    """A fork server that ends in the middle is our fault, and says so."""
    first, _ = own_servers.pair

    def strike(stage: str, done: int, _planned: int) -> None:
        if "Killed at any moment" in stage and done == 1:
            os.kill(first.pid, number)

    outcome = grade(Request(exercise, exercise.solution, SEED, watcher=strike), own_servers).outcome

    assert "fork server A ended with status" in _reason(outcome)
    assert "This is our fault, not yours." in _reason(outcome)


def test_server_cannot_start(exercise: Exercise) -> None:
    """A program that the servers cannot import is named with the last lines it said."""
    with ForkServers("grader.workloads.no_such_program") as broken:
        outcome = grade(Request(exercise, exercise.solution, SEED), broken).outcome

    assert "No module named 'grader.workloads.no_such_program'" in _reason(outcome)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_judge_is_killed(tmp_path: Path, number: int) -> None:
    """However the judge ends, its servers, the training and what that had forked end too."""
    mine, news = tmp_path / "checkpoint.py", tmp_path / "news"
    os.mkfifo(news)
    mine.write_text(_LINGERS.format(news=str(news)))
    mark = f"/exact-resume-judge-{os.getpid()}-{number}"
    judge = subprocess.Popen(
        [sys.executable, "-c", _JUDGE, str(mine)],
        env={**os.environ, "PATH": f"{os.environ['PATH']}:{mark}"},
        stderr=subprocess.DEVNULL,
    )
    assert _said(news, judge)
    started = leftovers.processes(mark=mark)
    assert len(started) >= 5

    judge.send_signal(number)
    judge.wait()

    assert [] == leftovers.wait_for_the_end(leftovers.processes(mark=mark))
    for folder in Path("/dev/shm").glob(f"exact-resume-{judge.pid}-*"):  # noqa: S108 - left
        shutil.rmtree(folder)
