"""Does every odd input on the command line get a sentence and the right exit code?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.verdict import ExitCode, Failed
from tests.system.conftest import Judge

_STRANGE = 'my first tries/Übung 日本 🦜\'s "best".py'


def _run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what ``grader run ex01 …`` did, typed in *folder*."""
    command = [sys.executable, "-m", "grader", "run", "ex01", *words]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--file", "gone.py"], "gone.py does not exist"),
        (["--file", "."], "is a folder"),
        (["--file", "/dev/null"], ""),
        (["--fault", "12:backward"], "--fault '12:backward'"),
        (["--fault", "kill@12:lunch"], "'lunch' is none of"),
        (["--solution", "--file", "x.py"], "exclude each other"),
        (["--seed", "many"], "--seed"),
        (["--no-such-option"], "--no-such-option"),
    ],
    ids=lambda held: " ".join(held) if isinstance(held, list) else "",
)
def test_usage(words: list[str], said: str, tmp_path: Path) -> None:
    """Whatever cannot be graded is refused with exit code 2 and without a traceback."""
    ended = _run(*words, folder=tmp_path)

    assert ExitCode.USAGE == ended.returncode, ended.stdout + ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"answers"}


def test_unknown_exercise(tmp_path: Path) -> None:
    """A number that no exercise has is refused with the names of those that are there."""
    command = [sys.executable, "-m", "grader", "run", "ex99"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ExitCode.USAGE == ended.returncode
    assert "ex01_first_checkpoint" in ended.stderr


def test_strange_name(exercise: Exercise, tmp_path: Path) -> None:
    """Spaces, quotes and letters of all the world are part of a name like any other."""
    mine = tmp_path / _STRANGE
    mine.parent.mkdir()
    mine.write_bytes(exercise.solution.read_bytes())

    ended = _run("--file", _STRANGE, "--fault", "kill@20:backward", "--json", folder=tmp_path)

    assert ExitCode.PASSED == ended.returncode, ended.stdout + ended.stderr
    assert "passed" == json.loads(ended.stdout)["verdict"]
    assert [mine] == list(mine.parent.iterdir())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "missing_function"),
        (b"\x00\x01\x02", "cannot_import"),
        ("# coding: utf-8\nx = 'é'".encode("latin-1"), "cannot_import"),
        (b"\xef\xbb\xbfdef save(*_): pass\r\ndef load(*_): return None\r\n", "wrong_return"),
        (b"x = 1\n" * 20_000, "missing_function"),
        (b"(" * 5000, "cannot_import"),
    ],
    ids=["empty", "binary", "latin-1", "byte order mark", "20 000 lines", "nested"],
)
def test_odd_file(content: bytes, name: str, judge: Judge, tmp_path: Path) -> None:
    """A file that is hardly Python fails with a name, and blames nothing else."""
    mine = tmp_path / "checkpoint.py"
    mine.write_bytes(content)

    verdict = judge(mine).outcome.verdict

    assert isinstance(verdict, Failed)
    assert name == verdict.name, verdict.finding


def test_file_goes_away(judge: Judge, tmp_path: Path) -> None:
    """A file that is deleted before its first process starts is a failed import that names it."""
    verdict = judge(tmp_path / "gone.py").outcome.verdict

    assert isinstance(verdict, Failed)
    assert "cannot_import" == verdict.name
    assert "gone.py" in verdict.finding.text


def test_symlinked_file(exercise: Exercise, judge: Judge, tmp_path: Path) -> None:
    """A learner's file may be a link; the file that it points to is graded."""
    mine = tmp_path / "checkpoint.py"
    mine.symlink_to(exercise.solution)

    assert ExitCode.PASSED == judge(mine, fault="kill@20:backward").outcome.exit_code
