"""A fence that cannot be rendered stops the build, with file and fix."""

from pathlib import Path

import pytest
from course_site import fences, rendering
from pymdownx.superfences import SuperFencesException

from grader.authoring.new import new


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
