"""Does a class of thirty get what it has earned, exercise by exercise? About twenty minutes.

Real nbgrader with its real gradebook: one batch for each exercise, judged once by a class run and
taken over by ``nbgrader autograde``, then judged anew: no verdict may be another one.
"""

import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader import course
from grader.course import Exercise
from tests.matrix.students import ALL, NOTHING, SOME, STUDENTS, UNGRADED
from tests.system.test_nbgrader import command, gradebook

EXERCISES = {exercise.name[:4]: exercise for exercise in course.exercises()}


@dataclass(frozen=True)
class Batch:
    """What came of one exercise."""

    exercise: Exercise
    folder: Path
    exit_code: int
    points: dict[str, float | None]
    by_hand: set[str]

    def feedback(self, student: str) -> str:
        """Return a student's feedback page."""
        name = self.exercise.name
        return (self.folder / "feedback" / student / name / f"{name}.html").read_text()


def grader(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours as an instructor would."""
    return subprocess.run(
        [sys.executable, "-m", "grader", "class", *words], cwd=folder, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module", params=EXERCISES)
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Release, hand in thirty times, judge, autograde and write feedback."""
    exercise = EXERCISES[request.param]
    folder = tmp_path_factory.mktemp("course") / "cs999"
    assert 0 == grader(folder.parent, "init", str(folder)).returncode
    released = command(folder, "generate_assignment", exercise.name)
    assert 0 == released.returncode, released.stderr
    own = f"{exercise.name}.ipynb"
    notebook = json.loads((folder / "release" / exercise.name / own).read_text())
    for name, student in STUDENTS.items():
        place = folder / "submitted" / name / exercise.name
        place.mkdir(parents=True)
        (place / (student.file or own)).write_text(student.hands_in(exercise, notebook))
    results = f"results/{exercise.name}"
    run = grader(folder, "run", "submitted", "--exercise", exercise.name, "--into", results)
    assert run.returncode in {0, 3}, run.stderr
    done = command(folder, "autograde", exercise.name)
    command(folder, "generate_feedback", exercise.name)
    points, by_hand = gradebook(folder)
    return Batch(exercise, folder, done.returncode, points, by_hand)


@pytest.mark.parametrize("name", STUDENTS)
def test_score_and_feedback(batch: Batch, name: str) -> None:
    """Each has the intended points, and feedback that says why."""
    student = STUDENTS[name]
    total = sum(check.points for check in batch.exercise.checks)
    earned = batch.points.get(name)
    if student.earns == UNGRADED:
        assert not earned
        return
    assert name not in batch.by_hand
    assert earned is not None
    assert {ALL: earned == total, NOTHING: earned == 0, SOME: 0 <= earned < total}[student.earns]
    assert student.named in batch.feedback(name)


def test_exit_code(batch: Batch) -> None:
    """Two files are no notebooks: the command says so by its exit code."""
    assert 1 == batch.exit_code


def test_the_gradebook_is_nbgraders_own(batch: Batch) -> None:
    """No attack has written into it, from a cell or from within a function."""
    with sqlite3.connect(batch.folder / "gradebook.db") as database:
        extra = database.execute("select sum(extra_credit) from grade").fetchone()
    database.close()
    assert extra[0] in {None, 0}


def test_judged_anew_nothing_changes(batch: Batch) -> None:
    """The same submissions get the same verdicts."""
    name = batch.exercise.name
    again = grader(batch.folder, "regrade", f"results/{name}", "--exercise", name)
    assert "No verdict has changed." in again.stdout, again.stdout + again.stderr
