"""A learner's day by commands: hints in steps, where one stands, begin anew, compare, questions."""

import json
import shutil
from pathlib import Path

import pytest

from grader.course import find
from tests.system.test_cli import grader

EX01 = find("ex01")
MISTAKES = EX01.solution.parent / "mistakes"
FAULT = ("--fault", "kill@20:backward", "--seed", "5")


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which exercise 1 has failed once: the optimizer is missing."""
    folder = tmp_path_factory.mktemp("sitting")
    own = folder / "answers" / EX01.name / EX01.edit[0]
    own.parent.mkdir(parents=True)
    shutil.copyfile(MISTAKES / "missing_optimizer.py", own)
    assert grader("run", "ex01", "--sampled", "--seed", "5", cwd=folder).returncode == 1
    return folder


def test_hints_come_in_steps_and_begin_anew(sitting: Path) -> None:
    """Question, where to look, the idea, then the lesson; another failure asks a question first."""
    entry = EX01.entry("missing_optimizer")
    said = [grader("hint", "ex01", cwd=sitting).stdout for _ in range(4)]

    for text, part in zip(said, (entry.question, entry.look, entry.try_, entry.try_), strict=True):
        assert part[1:] in text
    assert "hint ex01` gives the next: where to look" in said[0]
    assert "section missing_optimizer" in said[2]
    assert "These were all" in said[3]
    done = grader("run", "ex01", "--file", MISTAKES / "starts_over.py", *FAULT, cwd=sitting)
    assert done.returncode == 1
    assert EX01.entry("starts_over").question[1:] in grader("hint", "ex01", cwd=sitting).stdout


def test_before_any_run_the_exercise_hints_itself(tmp_path: Path) -> None:
    """Its own hints, and what to read; with no exercise named, the next one is meant."""
    done = grader("hint", cwd=tmp_path)

    assert EX01.hints[0] in done.stdout
    assert "read ex01 build" in done.stdout


def test_list_says_where_one_stands(sitting: Path) -> None:
    """Failed by which name, points and questions; plain in a pipe."""
    done = grader("list", cwd=sitting)
    first = next(line for line in done.stdout.splitlines() if line.startswith("ex01"))

    assert "failed missing_optimizer" in first
    assert "3/10" in first
    assert "0/10" in first
    assert "not begun" in done.stdout
    assert "next is ex01" in done.stdout
    assert "\x1b" not in done.stdout


def test_an_exported_file_says_how_programs_did(sitting: Path) -> None:
    """The site's summary shows it; taking such a file over takes its answers only."""
    assert grader("quiz", "--export", "out.json", cwd=sitting).returncode == 0
    held = json.loads((sitting / "out.json").read_text(encoding="utf-8"))

    assert {EX01.name: {"verdict": "failed", "points": 3, "most": 10}} == held["exercises"]
    assert "0 answers taken" in grader("quiz", "--import", "out.json", cwd=sitting).stdout


def test_reset_keeps_a_copy(tmp_path: Path) -> None:
    """The stub is back; what was there lies beside it; a second reset keeps nothing."""
    assert grader("start", "ex01", cwd=tmp_path).returncode == 0
    own = tmp_path / "answers" / EX01.name / EX01.edit[0]
    own.write_text("mine\n", encoding="utf-8")
    done = grader("reset", "ex01", cwd=tmp_path)
    kept = [path for path in own.parent.iterdir() if path != own]

    assert own.read_bytes() == EX01.stub.read_bytes()
    assert ["mine\n"] == [path.read_text(encoding="utf-8") for path in kept]
    assert kept[0].name in done.stdout
    assert kept[0].suffix != ".py"
    assert "nothing to keep" in grader("reset", "ex01", cwd=tmp_path).stdout
    assert len([*own.parent.iterdir()]) == 2


def test_the_solution_is_shown_when_one_says_so(sitting: Path) -> None:
    """Before a pass it takes --yes; lines that only one has are marked by a sign."""
    asked = grader("solution", "ex01", cwd=sitting)
    shown = grader("solution", "ex01", "--yes", cwd=sitting)

    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert '+         "optimizer": optimizer.state_dict(),' in shown.stdout
    assert "numbered_files.py" in shown.stdout
    assert "\x1b" not in shown.stdout


def test_a_quiz_in_a_pipe_is_kept_and_travels(tmp_path: Path) -> None:
    """Answers on stdin; a hint, nonsense, wrong, right, end; the record leaves as a file."""
    words = "?\nZ\nA\ny\nB\nn\nq\n"
    done = grader("quiz", "ex01", cwd=tmp_path, typed=words)
    kept = json.loads((tmp_path / "runs" / "record.json").read_text(encoding="utf-8"))
    (name, entry), *others = kept["records"].items()

    assert done.returncode == 0, done.stderr
    assert "Hint:" in done.stdout
    assert "That is no answer" in done.stdout
    assert "✗ Not yet. You were sure" in done.stdout
    assert "✓ Right. You were not sure" in done.stdout
    assert (name, others) == ("ex01-why-checkpoint", [])
    assert (entry["right"], entry["first"], entry["misled"], entry["slip"]) == (
        *(True, False, True),
        ["0"],
    )
    assert grader("quiz", "--export", "out.json", cwd=tmp_path).returncode == 0
    other = tmp_path / "other"
    other.mkdir()
    assert "1 answers taken" in grader("quiz", "--import", "../out.json", cwd=other).stdout
    broken = grader("quiz", "--import", EX01.stub, cwd=other)
    assert broken.returncode == 2
    assert "no progress file" in broken.stderr


def test_the_courses_test_is_asked_like_a_unit(tmp_path: Path) -> None:
    """One number typed; the score is said of all thirty and of its unit, with what to read."""
    done = grader("quiz", "course", cwd=tmp_path, typed="13\ny\nq\n")
    kept = json.loads((tmp_path / "runs" / "record.json").read_text(encoding="utf-8"))

    assert done.returncode == 0, done.stderr
    assert "Question 1 of 30, easy" in done.stdout
    assert ["course-01-trained-again"] == [*kept["records"]]
    assert "course: 0 of 58 points, 0 right and 1 answered of 30." in done.stdout
    assert "Unit 1: 0 of 4 points, 0 right and 1 answered of 3." in done.stdout
    assert "read ex01 cost, what-a-kill-costs" in done.stdout


def test_wrong_answers_are_asked_first(tmp_path: Path) -> None:
    """A question that was wrong comes before new ones, and what is right stays away."""
    grader("quiz", "ex01", cwd=tmp_path, typed="B\ny\nA\ny\nq\n")
    again = grader("quiz", "ex01", cwd=tmp_path, typed="q\n").stdout

    assert "Question 1 of 9" in again
    assert "save after every fifth epoch" in " ".join(again.split())
