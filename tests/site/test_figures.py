"""Does a figure say what its capture holds, and is a broken fence an error?"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course_site import figures, rendering
from pymdownx.superfences import SuperFencesException

from grader import lessons
from grader.lessons import WAYS

UNIT = "ex99_wings"
FORMATTERS = (figures.explorer, figures.failing, figures.moving, figures.differences)
SIX_KB = 6 << 10

TOML = """\
needs = []
before = ""
not_covered = []
[explorer]
boxes = [{ label = "<wings>", items = ["parameters"] }, { label = "tail", items = ["scheduler"] }]
failing = ["<wings>"]
""" + "".join(f'[ways.{way}]\nminutes = 1\nline = "x"\n' for way in WAYS)
BOXES = [
    {"label": "<wings>", "items": ["parameters"]},
    {"label": "tail", "items": ["scheduler"]},
]
RUNS = {
    "2/00": ["0 0", [3.0, 4.0]],
    "2/01": ["2 2", [3.0, 4.0]],
    "2/10": ["2 3", [3.0, 4.5]],
    "2/11": ["3 3", [3.0, 4.5]],
}
FACTS = {
    "unit": UNIT, "steps": 4, "epoch": 2, "save_every": 2, "boxes": BOXES,
    "items": ["loss", "parameters"], "losses": [1.0, 2.0, 3.0, 4.0], "runs": RUNS,
}  # fmt: skip


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small unit: four steps, a save after two, two items, two boxes."""
    folder = tmp_path / "lessons" / UNIT
    (folder / "captured").mkdir(parents=True)
    (folder / "lesson.toml").write_text(TOML, encoding="utf-8")
    (folder / "captured" / "runs.json").write_text(json.dumps(FACTS), encoding="utf-8")
    monkeypatch.setattr(rendering, "ROOT", tmp_path)
    return folder


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.usefixtures("unit")
@pytest.mark.parametrize("name", ["ex98_tail", "", "../lessons/ex99_wings", "wings"])
def test_a_bad_name_is_an_error(formatter: Callable[..., str], name: str) -> None:
    """A fence that names no unit fails the build, says which, and names those that there are."""
    with pytest.raises(SuperFencesException, match=rf"{name!r}.*Fix.*ex99_wings"):
        formatter(name, "figure", "figure", {}, None)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_missing_capture_is_an_error(unit: Path, formatter: Callable[..., str]) -> None:
    """Without runs.json, or with one of other boxes, the build fails and says what to run."""
    path = unit / "captured" / "runs.json"
    path.write_text(json.dumps(FACTS | {"boxes": []}), encoding="utf-8")
    with pytest.raises(SuperFencesException, match=r"runs\.json: captured with other boxes.*Fix"):
        formatter(UNIT)
    path.unlink()
    with pytest.raises(SuperFencesException, match=r"runs\.json: cannot be read.*Fix"):
        formatter(UNIT)


SAID = {
    "00": "Nothing left out. Killed in step 3, resumed at step 2: the same training, bit for bit.",
    "01": "Left out: tail. Killed in step 3, resumed at step 2. "
    "First to differ: the model's parameters, in step 2. "
    "No loss differs: only a look at the state shows it.",
    "10": "Left out: <wings>. Killed in step 3, resumed at step 2. "
    "First to differ: the model's parameters, in step 2. "
    "The first loss that differs is that of step 3: 4.5000 instead of 4.0000.",
    "11": "Left out: <wings>, tail. Killed in step 3, resumed at step 2. "
    "First to differ: the loss, in step 2. "
    "The first loss that differs is that of step 2, by less than 0.0001.",
}


@pytest.mark.parametrize("subset", SAID)
def test_the_sentence_says_what_happened(unit: Path, subset: str) -> None:
    """Each way in which a run can differ has its own words."""
    capture = figures.Capture(lessons.read(unit))

    assert SAID[subset] == capture.sentence(capture.run(3, subset))


@pytest.mark.usefixtures("unit")
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_figure_is_complete_without_its_script(formatter: Callable[..., str]) -> None:
    """The page holds the failing run in words, and as curves or as a table."""
    html = formatter(UNIT, "figure", "figure", {}, None)

    assert "Left out: &lt;wings&gt;" in html
    assert ("<svg" in html) is (formatter is not figures.differences)
    assert '<td class="ne">≠' in html
    assert "<wings>" not in html
    assert len(re.findall(r' id="([^"]+)"', html)) == len(set(re.findall(r' id="([^"]+)"', html)))


@pytest.mark.usefixtures("unit")
def test_the_explorer_holds_every_run() -> None:
    """What the script reads is the whole capture; its boxes and its slider are in the page."""
    html = figures.explorer(UNIT)
    held = re.search(r'<script type="application/json">(.*)</script>', html)

    assert held
    assert RUNS == json.loads(held[1])["runs"]
    assert html.count('type="checkbox"') == len(BOXES)
    assert 'min="2" max="3" value="3"' in html
    assert html.index('type="checkbox">') < html.index('type="checkbox" checked>')


def test_the_script_is_small() -> None:
    """The explorer needs no library."""
    script = Path(figures.__file__).parents[1] / "theme" / "assets" / "explorer.js"

    assert script.stat().st_size < SIX_KB
