"""Is what the figures show what really happens?"""

import functools
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from course_site import captures

from grader import course, lessons
from grader.errors import CourseError
from grader.lessons import Box, Lesson
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
LESSONS = [lesson for lesson in lessons.lessons(ROOT) if lesson.boxes]
KIB_MAX = 60
TOML = """\
needs = []
before = ""
not_covered = []
[explorer]
boxes = [{ label = "weights", items = ["parameters"] }]
failing = ["weights"]
""" + "".join(f'[ways.{way}]\nminutes = 1\nline = "x"\n' for way in lessons.WAYS)
EVERYTHING = (Box("everything", ("parameters", "buffers", "optimizer.moments")),)


@functools.cache
def captured(lesson: Lesson) -> dict[str, Any]:
    """Return a unit's runs.json."""
    text = (lesson.folder / "captured" / "runs.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


def runs(lesson: Lesson) -> dict[str, dict[int, tuple[str, list[float]]]]:
    """Return its runs by what is left out, then by the step of the resume."""
    found: dict[str, dict[int, tuple[str, list[float]]]] = {}
    for name, (differs, losses) in captured(lesson)["runs"].items():
        at, _, subset = name.partition("/")
        found.setdefault(subset, {})[int(at)] = (differs, losses)
    return found


def by_unit(lesson: Lesson) -> str:
    """Return a test's name."""
    return lesson.name[:4]


@pytest.mark.slow
def test_captures_are_what_would_be_captured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resumes give what lies in captured/, of the example that lies there; make matrix runs all."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["captures", "--check", "--sample"])

    assert captures.main() == 0, capsys.readouterr().err


@pytest.mark.parametrize("lesson", LESSONS, ids=by_unit)
def test_every_resume_is_there(lesson: Lesson) -> None:
    """A reader may take out any boxes and kill in any step; the file is small."""
    workload = course.find(lesson.name, ROOT).workload
    positions = list(range(workload.save_every, workload.steps, workload.save_every))
    every = runs(lesson)

    assert list(captures.subsets(len(lesson.boxes))) == list(every)
    assert [positions] * len(every) == [list(found) for found in every.values()]
    assert (lesson.folder / "captured" / "runs.json").stat().st_size < KIB_MAX << 10
    for found in every.values():
        for at, (differs, losses) in found.items():
            assert workload.steps - at == len(losses) == len(differs.split())


@pytest.mark.parametrize("lesson", LESSONS, ids=by_unit)
def test_nothing_left_out_is_exact(lesson: Lesson) -> None:
    """With every box in the checkpoint nothing differs, and the losses are the baseline's."""
    baseline = captured(lesson)["losses"]
    for at, (differs, losses) in runs(lesson)["0" * len(lesson.boxes)].items():
        assert set("0 ") >= set(differs)
        assert baseline[at:] == losses


@pytest.mark.parametrize("lesson", LESSONS, ids=by_unit)
def test_the_failing_run_fails_everywhere(lesson: Lesson) -> None:
    """Without the boxes that lesson.toml names, something differs at every place, and a loss."""
    facts = captured(lesson)
    loss = 1 << facts["items"].index("loss")
    subset = "".join("01"[box.label in lesson.failing] for box in lesson.boxes)

    assert lesson.failing
    for differs, _ in runs(lesson)[subset].values():
        assert any(int(mask, 16) & loss for mask in differs.split())


@pytest.mark.parametrize("lesson", LESSONS, ids=by_unit)
def test_equal_bits_have_equal_losses(lesson: Lesson) -> None:
    """Where the loss does not differ in its bits, its numbers do not differ either."""
    facts = captured(lesson)
    loss = 1 << facts["items"].index("loss")
    for found in runs(lesson).values():
        for at, (differs, losses) in found.items():
            for step, mask in enumerate(differs.split()):
                if not int(mask, 16) & loss:
                    assert facts["losses"][at + step] == losses[step]


def test_a_stale_file_is_named_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Captures have the same bytes each time; ``--check`` names another file and leaves it."""
    unit = "ex01_first_checkpoint"
    lesson = tmp_path / "lessons" / unit
    lesson.mkdir(parents=True)
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    (lesson / "lesson.toml").write_text(TOML, encoding="utf-8")
    (lesson / "example.py").write_text("import sys\nprint(sys.argv[1:])\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    texts = []
    for _ in range(2):
        shutil.rmtree(lesson / "captured", ignore_errors=True)
        monkeypatch.setattr("sys.argv", ["captures"])
        assert captures.main() == 0
        texts.append({path.name: path.read_bytes() for path in lesson.glob("captured/*")})
    stale = lesson / "captured" / "cost.txt"
    stale.write_text("old\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["captures", "--check"])

    assert texts[0] == texts[1]
    assert texts[0]["example.txt"] == b"[]\n"
    assert {"source.txt", "example.txt", "cost.txt", "runs.json"} == set(texts[0])
    assert captures.main() == 1
    assert f"{stale}: stale" in capsys.readouterr().err
    assert stale.read_text(encoding="utf-8") == "old\n"


def test_an_example_that_changed_is_run_in_a_sample_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--sample`` trusts what source.txt names, and nothing else."""
    lesson = tmp_path / "lessons" / "ex01_first_checkpoint"
    (lesson / "captured").mkdir(parents=True)
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    (lesson / "lesson.toml").write_text(TOML, encoding="utf-8")
    example = lesson / "example.py"
    example.write_text("print('as captured')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["captures"])
    assert captures.main() == 0
    monkeypatch.setattr("sys.argv", ["captures", "--check", "--sample"])

    assert captures.main() == 0
    example.write_text("print('changed')\n", encoding="utf-8")
    assert captures.main() == 1
    said = capsys.readouterr().err
    assert "source.txt: stale" in said
    assert "example.txt: stale" in said


def test_a_part_is_held_against_its_part() -> None:
    """A run or a way that is not in the sample is not asked for; one in it that differs is seen."""
    run = json.dumps({"losses": [1.0], "runs": {"1/0": ["00", [1.0]], "1/1": ["01", [1.0]]}})
    ways = '[{"name":"a","count":1},{"name":"b","count":2}]'

    assert captures.same(
        run, json.dumps({"losses": [1.0], "runs": {"1/1": ["01", [1.0]]}}), part=True
    )
    assert not captures.same(
        run, json.dumps({"losses": [1.0], "runs": {"1/1": ["00", [1.0]]}}), part=True
    )
    assert captures.same(ways, '[{"name":"b","count":2}]', part=True)
    assert not captures.same(ways, '[{"name":"b","count":3}]', part=True)
    assert not captures.same(ways, '[{"name":"b","count":2}]')


def test_a_box_of_no_state_is_named() -> None:
    """A box that names something else than an item of the state is an error with its fix."""
    boxes = [Box("wings", ("wings",))]
    with ForkServers(PROGRAM) as servers, pytest.raises(CourseError, match=r"wings.*Fix"):
        captures.runs(course.find("ex01", ROOT), boxes, servers)


def text(losses: list[float], mask: str = "00") -> str:
    """Return a small runs.json."""
    return json.dumps({"losses": losses, "runs": {"1/0": [mask, losses[1:]]}})


def test_a_rounded_loss_is_no_change() -> None:
    """Another processor's last digit is not stale; another loss, item, length or text is."""
    old = text([1.0, 2.0])

    assert captures.same(old, text([1.0001, 2.0]))
    assert captures.same("a\n", "a\n")
    assert not captures.same(old, text([1.0, 2.01]))
    assert not captures.same(old, text([1.0, 2.0], "01"))
    assert not captures.same(old, text([1.0, 2.0, 3.0]))
    assert not captures.same("", old)
    assert not captures.same("{", old)
    assert not captures.same("a\n", "b\n")


def test_an_example_that_fails_is_named(tmp_path: Path) -> None:
    """What is missing or fails is named with its file and its last words."""
    lesson = Lesson(tmp_path, (), "", (), (), EVERYTHING, ("everything",))
    exercise = course.find("ex01", ROOT)
    with ForkServers(PROGRAM) as servers:
        with pytest.raises(CourseError, match=r"example\.py: missing\. Fix"):
            captures.unit_captures(lesson, exercise, servers)
        (tmp_path / "example.py").write_text("raise SystemExit('no digits')\n", encoding="utf-8")
        with pytest.raises(CourseError, match=r"exit code 1: no digits"):
            captures.unit_captures(lesson, exercise, servers)
