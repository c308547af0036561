"""A fence that cannot be rendered stops the build, with file and fix."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_site import fences, rendering
from pymdownx.superfences import SuperFencesException

from grader.authoring.new import new

ROOT = Path(__file__).resolve().parents[2]
PAGE = "lessons/ex17_data_order/index.md"
QUESTIONS = "lessons/ex17_data_order/questions.toml"


def build(root: Path) -> tuple[int, str]:
    """Build a course's site strictly; return the exit code and what is said."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(root / "site")}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_the_build_stops_with_file_line_and_fix(tmp_path: Path):
    """A new unit builds as it is; broken in one place, it does not, and the place is said."""
    new(tmp_path, 17, "data_order")
    shutil.copytree(ROOT / "site", tmp_path / "site")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    page, questions = tmp_path / PAGE, tmp_path / QUESTIONS
    (tmp_path / "lessons" / "index.md").write_text("# Home\n\n```units\n```\n")
    whole, bank = page.read_text(), questions.read_text()
    code, said = build(tmp_path)
    assert code == 0, said

    for text, expected in (
        (bank.replace("hint =", "clue ="), "questions.toml:4: ex17-first: "),
        (bank + bank, "ex17-first"),
        (bank.replace('section = "how.md#', 'section = "how#'), "leads nowhere"),
    ):
        questions.write_text(text)
        code, said = build(tmp_path)
        assert code != 0
        assert expected in said
        assert ". Fix: " in said
    questions.write_text(bank)

    page.write_text(f'{whole}\n```python\n--8<-- "{QUESTIONS}:gone"\n```\n')
    code, said = build(tmp_path)
    assert code != 0
    assert "ex17_data_order/index.md" in said  # its line and a fix are said by `grader author lint`
    assert "'gone'" in said


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the lesson of a new unit, in a course of its own."""
    new(tmp_path, 17, "data_order")
    monkeypatch.setattr(rendering, "ROOT", tmp_path)
    return tmp_path / "lessons" / "ex17_data_order"


def test_an_unknown_unit_is_refused_with_those_that_exist(unit: Path):
    """The author sees what could have been meant."""
    with pytest.raises(SuperFencesException, match=f"'ex17_data'. Fix: name one of {unit.name}"):
        fences.questions("ex17_data")


def test_a_test_over_all_units_that_nobody_wrote_is_refused(unit: Path):
    """An empty page would look like a test without a wrong answer."""
    assert unit.is_dir()
    with pytest.raises(SuperFencesException, match=r"lessons/course_test.toml: no .* Fix: write"):
        fences.questions("course_test")


@pytest.mark.parametrize("wanted", ["ex17-other", "ex18-first", "nothing"])
def test_an_unknown_question_is_refused(unit: Path, wanted: str):
    """Its id is said, so it can be searched for."""
    assert unit.is_dir()
    with pytest.raises(SuperFencesException, match=wanted):
        fences.question(wanted)


def test_a_broken_question_stops_the_page_with_its_line(unit: Path):
    """What the reader of the file says reaches the author whole."""
    path = unit / "questions.toml"
    path.write_text(path.read_text().replace("hint =", "clue ="))

    with pytest.raises(SuperFencesException, match=r"questions.toml:4: ex17-first: .* Fix: "):
        fences.questions(unit.name)


def test_a_question_is_a_form_with_every_explanation(unit: Path):
    """Label, hint, solution and the reason of each option are in the page, without a script."""
    html = fences.question("ex17-first")

    assert unit.is_dir()
    assert html.count("<label>") == 3
    for text in ("Why it is right.", "Why it is not so.", "Why this is not so, either."):
        assert html.count(text) == 2  # beside the option, and in the worked solution
    assert "A nudge, never the answer." in html
    assert 'href="how.html#how-it-works"' in html
