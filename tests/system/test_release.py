"""Does what students get install, grade like ours, and hold no solution?"""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from grader import course

GRADER = [sys.executable, "-m", "grader"]
EXERCISE = course.find("ex01")
SOLUTIONS = EXERCISE.root / "solutions"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bundle, unpacked, as the command makes it of this checkout."""
    folder = tmp_path_factory.mktemp("release")
    done = subprocess.run(
        [*GRADER, "class", "release", "students.zip", "--exercise", "ex01"], cwd=folder, check=True
    )
    assert 0 == done.returncode
    with ZipFile(folder / "students.zip") as held:
        held.extractall(folder)
    return folder / "exact-resume"


@pytest.fixture(scope="module")
def installed(bundle: Path) -> Path:
    """Return a folder with the installed wheel; torch and the like are those of the tests."""
    target = bundle / "installed"
    wheel = next(bundle.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, target, wheel], check=True)
    return target


def _grader(installed: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *words],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_solution_is_in_it(bundle: Path) -> None:
    """Nothing of solutions/ is there, under whatever name, and no other exercise."""
    texts = {path.read_bytes() for path in SOLUTIONS.rglob("*.py")}
    with ZipFile(next(bundle.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        held = {wheel.read(name) for name in names}
        listed = wheel.read(next(name for name in names if name.endswith("RECORD"))).decode()
    assert not texts & held
    assert not [name for name in names if "ex03" in name]
    assert {".txt"} == {Path(name).suffix for name in names if "solutions" in name}
    assert sorted(names) == sorted(line.split(",")[0] for line in listed.splitlines())


def test_it_begins_with_a_page(bundle: Path) -> None:
    """START.md names the wheel, the exercise and what to hand in."""
    start = (bundle / "START.md").read_text()
    assert next(bundle.glob("*.whl")).name in start
    assert "answers/ex01_first_checkpoint/checkpoint.py" in start
    assert (bundle / "constraints.txt").read_text() in (
        EXERCISE.root / ".ci" / "constraints.txt"
    ).read_text()


def test_it_asks_about_its_own_unit_only(installed: Path) -> None:
    """The test over all units would lead to pages that are not there, so it is left out."""
    done = _grader(installed, "quiz", "course")

    assert done.returncode == 2
    assert f"course has no questions here; there are {EXERCISE.name}" in done.stderr


def test_it_grades(installed: Path) -> None:
    """A right answer passes and a mistake fails by its name; the solution is asked for in vain."""
    mistake = SOLUTIONS / EXERCISE.name / "mistakes" / "missing_optimizer.py"
    right = _grader(installed, "run", "ex01", "--file", EXERCISE.solution)
    wrong = _grader(installed, "run", "ex01", "--file", mistake)
    lesson = _grader(installed, "read", "ex01")
    none = _grader(installed, "run", "ex01", "--solution")
    assert 0 == right.returncode, right.stdout + right.stderr
    assert 1 == wrong.returncode
    assert "missing_optimizer" in wrong.stdout
    assert "FAIL  ex01_first_checkpoint  missing_optimizer" in lesson.stdout
    assert 2 == none.returncode
    assert "no worked solution" in none.stderr


def test_twice_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    """A bundle made again is the same file."""
    again = [*GRADER, "class", "release", str(tmp_path / "again.zip"), "--exercise", "ex01"]
    subprocess.run(again, check=True)
    assert (bundle.parent / "students.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_gradescope_gets_one_exercise(tmp_path: Path) -> None:
    """Two are refused before anything is made."""
    words = ["--exercise", "ex01", "--exercise", "ex03", "--to", "gradescope"]
    done = subprocess.run(
        [*GRADER, "class", "release", str(tmp_path / "z.zip"), *words],
        capture_output=True,
        check=False,
    )
    assert 2 == done.returncode
    assert b"one exercise" in done.stderr
    assert not (tmp_path / "z.zip").exists()
