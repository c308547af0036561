"""Each rule of the course's own test, broken alone, is named with its file and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader import course
from grader.authoring.lint_lessons import course_test

REAL = course.course_root() / "lessons"
BANK = "course_test.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a course with the test, and an empty page wherever a question sends its reader."""
    for page in REAL.glob("ex*/*.md"):
        beside = tmp_path / "lessons" / page.relative_to(REAL)
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.touch()
    (tmp_path / "lessons" / BANK).write_text((REAL / BANK).read_text())
    return tmp_path


def test_the_real_one_is_in_order(root: Path) -> None:
    """What is broken below is broken by the test alone; a course may also have none."""
    assert [] == list(course_test(root))

    (root / "lessons" / BANK).unlink()
    assert [] == list(course_test(root))


def cut(text: str) -> str:
    return text[: text.rindex("[[question]]")]


def in_front(text: str) -> str:
    """Put the right option of every question in front."""
    first, *others = text.split("\n[[question]]")
    for at, other in enumerate(others):
        head, *options = other.split("\n[[question.options]]")
        options.sort(key=lambda one: "right = true" not in one)
        others[at] = "\n[[question.options]]".join([head, *options])
    return "\n[[question]]".join([first, *others])


BROKEN: dict[str, tuple[Callable[[str], str], str, str]] = {
    "one too few": (cut, "10 easy, 12 medium, 7 hard", "10 easy, 12 medium and 8 hard"),
    "another unit": (
        lambda text: text.replace('"course-12-longer"', '"course-14-longer"'),
        "1 questions about unit 14", "of each unit from 1 to 13",
    ),
    "a unit's id": (
        lambda text: text.replace('"course-12-longer"', '"ex12-longer"'),
        "'ex12-longer' is no id", "name it course-01-words",
    ),
    "one place": (in_front, "most right answers in one place", "order of some options"),
    "no text": (
        lambda text: text.replace('kind = "text"', 'kind = "number"\nvalue = 1'),
        "has no text question", "one of each kind",
    ),
    "a page that is gone": (
        lambda text: text.replace("ex06_whole_state/how.md#scaler", "ex06_whole_state/gone.md#x"),
        "leads nowhere", "a heading",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_rule_is_named(root: Path, kind: str) -> None:
    """With the bank's path, what is wrong and what to do."""
    breaking, wrong, fix = BROKEN[kind]
    path = root / "lessons" / BANK
    path.write_text(breaking(path.read_text()))

    found = [(rule, todo) for where, rule, todo in course_test(root) if where == path]

    assert any(wrong in rule and fix in todo for rule, todo in found), found
