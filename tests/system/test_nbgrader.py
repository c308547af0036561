"""Does a course in nbgrader get true scores? Real commands, a real gradebook, one batch."""

import copy
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.classroom import cells, notebooks
from grader.classroom.class_run import Class
from grader.classroom.judging import not_gradable
from grader.classroom.ledger import Ledger
from grader.classroom.submissions import Submission

EXERCISE = course.find("ex01")
NAME = EXERCISE.name
FORGED = "forged by a cell"
Notebook = dict[str, Any]


@dataclass(frozen=True)
class Graded:
    """A course after one batch: how the command ended, and who has how many points."""

    folder: Path
    exit_code: int
    points: dict[str, float | None]
    by_hand: set[str]

    def feedback(self, student: str) -> str:
        """Return a student's feedback page."""
        return (self.folder / "feedback" / student / NAME / f"{NAME}.html").read_text()


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an nbgrader command as an instructor would, in an environment that is not activated."""
    program = Path(sys.executable).with_name("nbgrader")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [program, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def code(released: Notebook, text: str) -> Notebook:
    """Return the released notebook with *text* in the cell that learners edit."""
    notebook = copy.deepcopy(released)
    cell = next(c for c in notebook["cells"] if c["id"] == notebooks.solution_id(EXERCISE))
    cell["source"] = text
    return notebook


def untidy(released: Notebook) -> Notebook:
    """Right, but one check copied, one deleted, one edited; it warns on stderr, which costs all."""
    warns = "\n\nimport sys\n_SAVE = save\n\ndef save(*given):\n    print('!', file=sys.stderr)\n"
    notebook = code(released, EXERCISE.solution.read_text() + warns + "    return _SAVE(*given)\n")
    by_id = {cell["id"]: cell for cell in notebook["cells"]}
    notebook["cells"].append(copy.deepcopy(by_id[notebooks.check_id(EXERCISE, 1)]))
    notebook["cells"].remove(by_id[notebooks.check_id(EXERCISE, 2)])
    by_id[notebooks.check_id(EXERCISE, 3)]["source"] = "10.0"
    return notebook


def forger(released: Notebook) -> Notebook:
    """Nothing solved; three attacks on the notebook's own process, and a file for a proof."""
    attack = (
        f"open({FORGED!r}, 'w').write('run')\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['10.0\\n'])\n"
        "import grader\ngrader.check = lambda *_: 10.0\nprint('1.0')"
    )
    notebook = copy.deepcopy(released)
    cell = {"cell_type": "code", "id": "attack", "metadata": {}, "source": attack}
    notebook["cells"].insert(0, cell | {"execution_count": None, "outputs": []})
    return notebook


def hand_in(folder: Path, student: str, text: str, name: str = f"{NAME}.ipynb") -> None:
    """Put a file where nbgrader's collecting would have put it."""
    place = folder / "submitted" / student / NAME
    place.mkdir(parents=True)
    (place / name).write_text(text)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Make a course, release an exercise, hand in, and autograde all in one command."""
    folder = tmp_path_factory.mktemp("course") / "cs999"
    made = subprocess.run(
        [sys.executable, "-m", "grader", "class", "init", folder], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert 0 == made.returncode, made.stderr
    released = command(folder, "generate_assignment", NAME)
    assert 0 == released.returncode, released.stderr
    notebook = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text())
    mistake = EXERCISE.solution.parent / "mistakes" / "missing_optimizer.py"
    hand_in(folder, "mistake", json.dumps(code(notebook, mistake.read_text())))
    hand_in(folder, "untidy", json.dumps(untidy(notebook)))
    hand_in(folder, "forger", json.dumps(forger(notebook)))
    hand_in(folder, "torn", "{")
    hand_in(folder, "renamed", json.dumps(notebook), "mine.ipynb")
    unlucky = code(notebook, EXERCISE.solution.read_text())
    hand_in(folder, "unlucky", json.dumps(unlucky))
    _judged_before(folder, "unlucky", unlucky)
    done = command(folder, "autograde", NAME)
    command(folder, "generate_feedback", NAME)
    points, by_hand = gradebook(folder)
    return Graded(folder, done.returncode, points, by_hand)


def _judged_before(folder: Path, student: str, notebook: Notebook) -> None:
    """Keep a verdict of a class run whose machine failed."""
    ledger = Ledger.open(folder / "results" / NAME)
    content = cells.module_of(notebook).encode()
    submission = Submission(student, "x.ipynb", content)
    group = Class(EXERCISE, [submission], ledger, "auto")
    group.keep(submission, not_gradable(group.task(submission), "the machine lost power"))


def gradebook(folder: Path) -> tuple[dict[str, float | None], set[str]]:
    query = (
        "select s.student_id, sum(g.auto_score), max(g.needs_manual_grade) "
        "from submitted_assignment s join submitted_notebook n on n.assignment_id = s.id "
        "join grade g on g.notebook_id = n.id group by s.student_id"
    )
    with sqlite3.connect(folder / "gradebook.db") as database:
        rows = database.execute(query).fetchall()
    database.close()
    return {who: points for who, points, _ in rows}, {who for who, _, manual in rows if manual}


def test_scores(graded: Graded) -> None:
    """A right answer has all points however untidy its notebook; a forger has what is earned."""
    expected = {"untidy": 10.0, "mistake": 3.0, "forger": 0.0}
    assert expected == {who: graded.points[who] for who in expected}


def test_unknown_needs_a_person(graded: Graded) -> None:
    """What the machine could not decide is neither 0 nor full marks; it says why."""
    assert "unlucky" in graded.by_hand
    assert graded.points["unlucky"] is None
    assert "the machine lost power" in graded.feedback("unlucky")
    assert not graded.by_hand & {"untidy", "mistake", "forger"}


def test_files_that_are_none_stop_nobody_else(graded: Graded) -> None:
    """They have no score, and the command says that something was wrong."""
    assert graded.exit_code == 1
    assert not {"torn", "renamed"} & {who for who, points in graded.points.items() if points}


def test_no_cell_of_a_learner_runs(graded: Graded) -> None:
    """What stands outside of functions is no part of the module, and no kernel is started."""
    assert not list(graded.folder.rglob(FORGED))


def test_feedback_holds_the_report(graded: Graded) -> None:
    """The page that a learner gets names what was forgotten."""
    assert "missing_optimizer" in graded.feedback("mistake")
    assert "The optimizer" in graded.feedback("mistake")


def test_builds_are_equal() -> None:
    """Two builds of a source notebook are the same text, and its solution stays the course's."""
    first, second = notebooks.source(EXERCISE), notebooks.source(EXERCISE)
    assert first == second
    assert EXERCISE.solution.read_text().strip() in "".join(json.loads(first)["cells"][1]["source"])


@pytest.mark.parametrize("make", [notebooks.source, notebooks.start])
def test_checks_and_points(make: Callable[[course.Exercise], str]) -> None:
    """Each check of the exercise has its cell, with the points of check.py."""
    graded_cells = [
        cell["metadata"]["nbgrader"]
        for cell in json.loads(make(EXERCISE))["cells"]
        if cell["metadata"]["nbgrader"]["grade"]
    ]
    assert [check.points for check in EXERCISE.checks] == [cell["points"] for cell in graded_cells]
