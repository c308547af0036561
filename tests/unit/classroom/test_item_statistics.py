"""Are a class's answers counted as they were given, and bad progress files named?"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from grader import course, lessons
from grader.classroom import item_statistics
from grader.cli import app
from grader.questions import Question

QUESTIONS = {
    question.id: question
    for lesson in lessons.lessons(course.course_root())[:1]
    for question in lesson.bank.questions
}
CHOICE = QUESTIONS["ex01-why-checkpoint"]
TYPED = next(one for one in QUESTIONS.values() if one.wrong)


def wrong(question: Question) -> tuple[str, str]:
    """Return the value of the first wrong option on the page, and its misconception."""
    number = next(at for at, option in enumerate(question.options) if not option.right)
    return str(number), question.options[number].misconception


def record(**facts: Any) -> dict[str, Any]:
    return {"right": True, "first": True, "misled": False, "given": ["1"], **facts}


def exported(folder: Path, name: str, records: object, **facts: object) -> Path:
    path = folder / name
    held = {"course": "exact-resume", "version": 1, "records": records, **facts}
    path.write_text(json.dumps(held))
    return path


def test_what_a_class_began_with() -> None:
    """Right now counts beside right at once; the first wrong answer gives the misconception."""
    value, code = wrong(CHOICE)
    learned = record(first=False, slip=[value])
    stuck = record(right=False, first=False, misled=True, given=[value])
    found = item_statistics.count(
        [*QUESTIONS.values()],
        [{CHOICE.id: one} for one in (record(), learned, stuck)] + [{"ex01-some-card": record()}],
    )
    (item,) = found
    assert (3, 1, 2, 1) == (item.answered, item.first, item.right, item.misled)
    assert (code, 2) == item_statistics.most(item)
    assert f'"{CHOICE.id}","{CHOICE.level}","3","1","2","1","{code}","2"' in (
        item_statistics.table(found)
    )


def test_a_typed_answer_is_compared_as_the_page_does() -> None:
    """Spaces, case and a decimal comma are nobody's misconception."""
    typed = TYPED.wrong[0]
    entry = record(right=False, first=False, given=f" {typed.answer.upper()} ")
    (item,) = item_statistics.count([TYPED], [{TYPED.id: entry}])
    assert (typed.misconception, 1) == item_statistics.most(item)


BAD = {
    "no JSON": "{",
    "endless": "[" * 100_000,
    "a list": "[]",
    "foreign": '{"quiz": 1}',
    "newer": '{"course": "exact-resume", "version": 2, "records": {}}',
    "no records": '{"course": "exact-resume", "version": 1}',
    "broken": '{"course": "exact-resume", "version": 1, "records": {"x": {"right": "yes"}}}',
}


def test_bad_files_are_named_and_stop_nobody(tmp_path: Path) -> None:
    """The rest is counted, the exit code says that a person has to look; a folder is enough."""
    for name, text in BAD.items():
        (tmp_path / f"{name}.json").write_text(text)
    exported(tmp_path, "good.json", {CHOICE.id: record()})
    out = tmp_path / "items.csv"
    done = CliRunner().invoke(app, ["class", "questions", str(tmp_path), "--out", str(out)])

    assert 3 == done.exit_code, done.output
    named = [line for line in done.output.splitlines() if "left out" in line]
    assert len(BAD) == len(named)
    assert all(any(f"{name}.json" in line for line in named) for name in BAD)
    assert "1 of 1    right at once  ex01-why-checkpoint" in done.output
    assert CHOICE.id in out.read_text()


@pytest.mark.parametrize("name", ["gone.json", "no JSON.json"])
def test_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    """Where nothing can be read, that is an error and not an empty table."""
    (tmp_path / "no JSON.json").write_text("{")
    done = CliRunner().invoke(app, ["class", "questions", str(tmp_path / name)])
    assert done.exit_code == 1  # typer's runner: UsageError is raised, `main` makes it 2
    assert "no progress file" in str(done.exception)
