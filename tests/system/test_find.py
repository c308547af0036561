"""The command of find-the-kill, as a learner types it."""

import json
import subprocess
import sys
from pathlib import Path

GRADER = [sys.executable, "-m", "grader", "find"]


def find(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRADER, *words], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_first_time_it_writes_a_schedule(tmp_path: Path):
    """It stays as the learner leaves it, and not all are exposed by what it begins with."""
    came = find(tmp_path, "ex03")
    (path,) = tmp_path.glob("answers/ex03*/schedule.txt")

    assert 1 == came.returncode, came.stderr
    assert "got away" in came.stdout
    assert "Question" in came.stdout
    assert "Such faults are enough" in path.read_text(encoding="utf-8")


def test_the_solution_passes_and_is_data_for_a_program(tmp_path: Path):
    """Exit code 0, and nothing of this machine in the JSON."""
    came = find(tmp_path, "ex03", "--solution", "--json")
    told = json.loads(came.stdout)

    assert 0 == came.returncode, came.stderr
    assert told["exposed"] == told["trainers"] == len([r for r in told["rows"] if not r["honest"]])
    assert "passed" == told["verdict"]
    assert str(tmp_path) not in came.stdout
    assert not (tmp_path / "answers").exists()


def test_a_bad_schedule_is_wrong_usage(tmp_path: Path):
    """The message names file and line; nothing is started."""
    (tmp_path / "mine.txt").write_text("# mine\nkill@99:step\n", encoding="utf-8")
    came = find(tmp_path, "ex03", "--file", "mine.txt")

    assert 2 == came.returncode
    assert "mine.txt:2: 'kill@99:step'" in came.stderr
    assert "starting" not in came.stderr
