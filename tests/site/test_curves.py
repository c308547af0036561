"""A figure of curves says what its capture holds, and a broken one stops the build."""

import json
import re
from pathlib import Path

import pytest
from course_site import rendering
from course_site.curves import Curves, curves
from pymdownx.superfences import SuperFencesException

from grader.lessons import WAYS

UNIT = "ex99_wings"
DRAWN = {"<weights>": ["1e-8", "1e-4", "1e0"], "loss": ["0", "0", "1e-2"]}
FACTS = {"x": "step", "y": "apart", "curves": DRAWN}
TOML = "needs = []\nbefore = ''\nnot_covered = []\nfigure = true\n" + "".join(
    f'[ways.{way}]\nminutes = 1\nline = "x"\n' for way in WAYS
)


@pytest.fixture
def figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the capture of a small unit."""
    folder = tmp_path / "lessons" / UNIT
    (folder / "captured").mkdir(parents=True)
    (folder / "lesson.toml").write_text(TOML, encoding="utf-8")
    (folder / "captured" / "figure.json").write_text(json.dumps(FACTS), encoding="utf-8")
    monkeypatch.setattr(rendering, "ROOT", tmp_path)
    return folder / "captured" / "figure.json"


@pytest.mark.usefixtures("figure")
def test_picture_text_and_table_say_the_same() -> None:
    """The table has the numbers, the description the ends, and what came from a file is escaped."""
    html = curves(f"{UNIT} Two <runs>", "curves", "curves", {}, None)
    rows = re.findall(r"<td>([^<]+)</td>", html)

    assert html.count('<path class="never"') == html.count('<path class="resumed"') == 2
    assert {"1e-08", "1e-04", "1e+00", "0", "1e-02"} == set(rows)
    assert "loss: 0 in step 0, 1e-02 in step 2" in html
    assert "<weights>" not in html
    assert "Two &lt;runs&gt;" in html


def test_a_power_of_ten_is_as_high_as_the_next_and_nothing_lies_on_the_floor() -> None:
    """The axis is logarithmic; 0 has a place of its own below it."""
    drawn = Curves(FACTS)

    assert drawn.y(-4) - drawn.y(-2) == pytest.approx(drawn.y(-6) - drawn.y(-4), abs=0.2)
    assert drawn.y(drawn.floor) > drawn.y(drawn.low)
    assert drawn.ticks_y[0] == (drawn.y(drawn.floor), "none")


@pytest.mark.parametrize(
    "broken", ["", "{}", '{"x": "step", "y": "apart", "curves": {"a": ["?"]}}']
)
def test_a_broken_capture_is_an_error(figure: Path, broken: str) -> None:
    """It names the file, and what to run."""
    figure.write_text(broken, encoding="utf-8")

    with pytest.raises(SuperFencesException, match=rf"lessons/{UNIT}/captured/figure.json.*Fix"):
        curves(UNIT, "curves", "curves", {}, None)
