"""An exercise is found by any of its names, and a broken file is named with what is wrong."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.errors import CourseError, UsageError

REAL = course.course_root()
FIRST = "ex01_first_checkpoint"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an exercise of our own, to be broken."""
    made = tmp_path / "exercises" / "ex09_mine"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REAL / "exercises" / FIRST, made, ignore=ignored)
    return made


def broken(folder: Path, old: str, new: str, name: str = "exercise.toml") -> str:
    """Change a file of an exercise, and return the error that it makes."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CourseError) as refused:
        assert course.read_exercise(folder).checks
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value)


@pytest.mark.parametrize("exercise", course.exercises(), ids=lambda exercise: exercise.name[:4])
def test_an_exercise_is_found_by_number_short_name_whole_name_and_prefix(
    exercise: course.Exercise,
):
    """Whatever a person types first works."""
    number = exercise.number
    names = [f"{number}", f"{number:02}", f"ex{number}", f"ex{number:02}", f"EX{number:02}"]
    for name in [*names, exercise.name, exercise.name[:-3]]:
        assert exercise.name == course.find(name).name


@pytest.mark.parametrize("text", ["", "ex", "ex0", "0", "99", "-1", "1.0", "first", "../ex01"])
def test_an_unknown_or_unclear_name_is_refused_with_all_names(text: str):
    """The message holds what may be typed instead."""
    with pytest.raises(UsageError) as refused:
        course.find(text)

    assert repr(text) in str(refused.value)
    assert all(exercise.name in str(refused.value) for exercise in course.exercises())


@given(st.text(max_size=12))
def test_any_name_is_an_exercise_or_a_usage_error(text: str):
    """A typing error never ends in a traceback."""
    try:
        found = course.find(text)
    except UsageError:
        return
    assert found.name in [exercise.name for exercise in course.exercises()]


def test_a_digit_that_is_no_number_is_refused():
    """Superscripts are digits to Python, and no number."""
    with pytest.raises(UsageError):
        course.find("²")


def test_exercises_come_in_the_order_of_their_numbers(folder: Path):
    """A course may have gaps, and folders that are no exercise."""
    exercises = folder.parent
    shutil.copytree(folder, exercises / "ex10_later")
    shutil.copytree(folder, exercises / "ex02_sooner")
    (exercises / "ex05_empty").mkdir()

    found = course.exercises(exercises.parent)

    assert [2, 9, 10] == [exercise.number for exercise in found]
    assert "ex02_sooner" == course.find("2", exercises.parent).name


def test_an_exercise_knows_its_files(folder: Path):
    """The same name stands in three places."""
    exercise = course.read_exercise(folder)

    root = folder.parent.parent
    assert root == exercise.root
    assert folder / "checkpoint.py" == exercise.stub
    assert root / "solutions" / "ex09_mine" / "checkpoint.py" == exercise.solution
    assert folder / "calls.py" == exercise.calls
    assert exercise.workload.steps % exercise.workload.save_every == 0


def test_broken_toml_is_named_with_its_line(folder: Path):
    """An author can go there."""
    said = broken(folder, "minutes = 30", "minutes = = 30")

    assert "not TOML" in said
    assert "line 2" in said


@pytest.mark.parametrize("key", ["title", "minutes", "difficulty", "edit", "functions", "hints"])
def test_a_missing_key_is_named(folder: Path, key: str):
    """Every exercise states every fact."""
    assert f"{key} missing; every exercise states it" in broken(folder, f"{key} =", f"own_{key} =")


def test_an_unknown_key_and_an_unknown_limit_are_named(folder: Path):
    """A typing error would otherwise change nothing, silently."""
    assert "minuts is no key" in broken(folder, "minutes =", "minuts = 1\nminutes =")
    shutil.copy(REAL / "exercises" / FIRST / "exercise.toml", folder)
    assert "[limits] memory is no limit" in broken(folder, "[limits]", "[limits]\nmemory = 1")


def test_a_diagnosis_without_words_is_named(folder: Path):
    """With the diagnosis and the key."""
    said = broken(folder, 'headline = "The model', 'title = "The model')

    assert "diagnosis missing_model must have exactly" in said
    assert said.endswith("look at headline, title")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes = 30", 'minutes = "half an hour"'),
        ('edit = ["checkpoint.py"]', 'edit = "checkpoint.py"'),
        ('edit = ["checkpoint.py"]', "edit = []"),
        ("checkpoint_kib = 512", 'checkpoint_kib = "much"'),
        ("[limits]\ncheckpoint_kib = 512", "limits = 3"),
        ("[diagnosis.missing_model]", "[diagnosis]\nwords = 1\n[diagnosis.missing_model]"),
    ],
)
def test_a_value_of_another_type_is_named_with_its_key(folder: Path, old: str, new: str):
    """It would otherwise fail far from here, as if it were our fault."""
    assert new.split(maxsplit=1)[0].strip("[]") in broken(folder, old, new)


@pytest.mark.parametrize("missing", ["WORKLOAD", "CHECKS", "RULES"])
def test_a_check_without_a_part_is_named(folder: Path, missing: str):
    """Every check.py has all three."""
    said = broken(folder, f"\n{missing} = ", f"\nOTHER_{missing} = ", "check.py")

    assert f"{missing} is missing" in said


def test_a_check_that_raises_is_named_with_its_error(folder: Path):
    """Whoever wrote it sees what Python said."""
    said = broken(folder, "WORKLOAD =", "1 / 0\nWORKLOAD =", "check.py")

    assert "ZeroDivisionError: division by zero" in said


def test_a_diagnosis_without_an_entry_is_named(folder: Path):
    """A rule may name only what somebody has written about."""
    exercise = course.read_exercise(folder)

    assert "missing_model" == exercise.entry("missing_model").name
    assert "too_slow" == exercise.entry("too_slow").name
    with pytest.raises(CourseError, match=r"exercise\.toml: no \[diagnosis\.nobody\]"):
        exercise.entry("nobody")


def test_an_exercises_own_words_come_before_the_shared_ones():
    """A lesson may say more than the general page."""
    exercise = course.find("1")

    assert exercise.entry("starts_over").lesson.startswith(FIRST)


def test_reading_every_exercise_and_its_checks_imports_no_torch():
    """`grader list` is there at once."""
    program = (
        "import sys; from grader import course\n"
        "assert all(e.checks and e.rules for e in course.exercises())\n"
        "assert 'torch' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, cwd=REAL)
