"""How to break each rule of the course: what to do to a course, and the problem that it makes."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from grader.authoring.sync import sync
from tests.unit.authoring.conftest import NAME

EXERCISE, SOLUTION = f"exercises/{NAME}", f"solutions/{NAME}"
TOML, LESSON = f"{EXERCISE}/exercise.toml", f"lessons/{NAME}/index.md"
QUESTIONS, BUILD = f"lessons/{NAME}/questions.toml", f"lessons/{NAME}/build.md"
HOW = f"lessons/{NAME}/how.md"
MISTAKE = f"{SOLUTION}/mistakes/missing_model.py"
DIAGNOSIS = """
[diagnosis.{name}]
headline = "Words"
why = "words"
question = "Words?"
look = "words"
try = "words"
lesson = "{page}#{anchor}"
"""

Break = Callable[[Path], object]


def replaced(path: str, old: str, new: str) -> Break:
    """Return what replaces a text of a file everywhere."""

    def apply(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    return apply


def added(path: str, text: str) -> Break:
    """Return what adds a text to a file."""

    def apply(root: Path) -> None:
        with (root / path).open("a") as file:
            file.write(text)

    return apply


def both(one: str, other: str, text: str) -> Break:
    """Return what adds a text to two files."""

    def apply(root: Path) -> None:
        added(one, text)(root)
        added(other, text)(root)

    return apply


def removed(path: str) -> Break:
    """Return what removes a file."""
    return lambda root: (root / path).unlink()


def renamed(path: str, name: str) -> Break:
    """Return what gives a file or a folder another name."""
    return lambda root: (root / path).rename((root / path).with_name(name))


def copied(path: str, target: str) -> Break:
    """Return what copies a file."""
    return lambda root: shutil.copy(root / path, root / target)


def without_marks(root: Path) -> None:
    """Leave the learner nothing to do."""
    path = root / SOLUTION / "checkpoint.py"
    lines = [line for line in path.read_text().split("\n") if "SOLUTION" not in line]
    path.write_text("\n".join(lines))
    sync(root)


def fewer(folder: str, left: int) -> Break:
    """Return what leaves so many programs in a folder."""

    def apply(root: Path) -> None:
        for path in sorted((root / SOLUTION / folder).glob("*.py"))[left:]:
            path.unlink()

    return apply


def again_in_other_words(root: Path) -> None:
    """Pass the solution off as another design."""
    path = root / SOLUTION / "checkpoint.py"
    text = path.read_text().replace('"""Save a training', '"""Keep a training')
    (path.parent / "alternative" / "same.py").write_text("# as before\n\n" + text)


RULES: dict[str, tuple[Break, str, str, str]] = {
    "stray_file": (
        added(f"{EXERCISE}/notes.txt", "x"),
        f"{EXERCISE}/notes.txt", "belongs to no part of an exercise", "move it",
    ),
    "no_lesson_page": (
        removed(LESSON), LESSON, "mirror each other", "write it",
    ),
    "no_calls": (
        removed(f"{EXERCISE}/calls.py"), f"{EXERCISE}/calls.py", "mirror each other", "write it",
    ),
    "no_check": (
        removed(f"{EXERCISE}/check.py"), f"{EXERCISE}/check.py", "mirror each other", "write it",
    ),
    "no_stub": (
        removed(f"{EXERCISE}/checkpoint.py"),
        f"{EXERCISE}/checkpoint.py", "mirror each other", "write it",
    ),
    "no_solution": (
        removed(f"{SOLUTION}/checkpoint.py"),
        f"{SOLUTION}/checkpoint.py", "mirror each other", "write it",
    ),
    "lesson_without_exercise": (
        lambda root: (root / "lessons" / "ex77_gone").mkdir(),
        "lessons/ex77_gone", "has no exercises/ex77_gone", "write the exercise",
    ),
    "solution_without_exercise": (
        lambda root: (root / "solutions" / "ex77_gone").mkdir(),
        "solutions/ex77_gone", "has no exercises/ex77_gone", "write the exercise",
    ),
    "no_toml": (removed(TOML), TOML, "No such file", "correct the file"),
    "broken_toml": (added(TOML, "\n[["), TOML, "not TOML", "correct the file"),
    "foreign_bytes": (
        lambda root: (root / TOML).write_bytes(b'title = "\xff"'), TOML, "Decode", "correct",
    ),
    "no_title": (
        replaced(TOML, 'title = "Your first checkpoint"\n', ""), TOML, "title missing", "correct",
    ),
    "empty_title": (
        replaced(TOML, "Your first checkpoint", " "), TOML, "title is empty", "write the title",
    ),
    "no_minutes": (
        replaced(TOML, "minutes = 30\n", ""), TOML, "minutes missing", "correct",
    ),
    "minutes_in_words": (
        replaced(TOML, "minutes = 30", 'minutes = "half an hour"'),
        TOML, "it must be a whole number", "correct the file",
    ),
    "no_hints": (
        lambda root: (root / TOML).write_text(
            re.sub(r"hints = \[.*?\n\]", "hints = []", (root / TOML).read_text(), flags=re.DOTALL)
        ),
        TOML, "hints is []; it must be a list of texts", "correct the file",
    ),
    "an_empty_hint": (
        replaced(TOML, "hints = [", 'hints = [" ", '), TOML, "hints is empty", "write hints",
    ),
    "unknown_function": (
        replaced(TOML, '"save", "load"', '"save", "restore"'),
        TOML, "functions names restore", "correct the name",
    ),
    "diagnosis_without_words": (
        replaced(TOML, "headline = \"The model's", "headline = \"\" # \"The model's"),
        TOML, "none empty; look at headline", "correct the file",
    ),
    "diagnosis_without_mistake": (
        added(TOML, DIAGNOSIS.format(name="nobody", page=f"{NAME}/build", anchor="missing_model")),
        TOML, "[diagnosis.nobody] is a diagnosis without a mistake", "mistakes/nobody.py",
    ),
    "anchor_that_is_not_there": (
        replaced(TOML, f"{NAME}/build#missing_model", f"{NAME}/build#nowhere"),
        BUILD, "no anchor {#nowhere}, which the diagnosis missing_model", "add it",
    ),
    "page_that_is_not_there": (
        replaced(TOML, f"{NAME}/build#missing_model", "ex88_none/build#missing_model"),
        "lessons/ex88_none/build.md", "no anchor {#missing_model}", "correct the link",
    ),
    "shared_anchor_that_is_not_there": (
        replaced("lessons/troubleshooting.md", "{#too_slow}", ""),
        "lessons/troubleshooting.md", "no anchor {#too_slow}", "add it",
    ),
    "no_way_page": (removed(HOW), HOW, "every unit", "write"),
    "no_bugs": (
        replaced(f"lessons/{NAME}/bugs.toml", "[[bug]]", "[[insect]]"),
        f"lessons/{NAME}/bugs.toml", "tells of no real bug", "read a thread",
    ),
    "another_level": (
        replaced(QUESTIONS, 'level = "hard"', 'level = "medium"'),
        QUESTIONS, "4 easy, 6 medium, 0 hard", "4 easy, 4 medium and 2 hard",
    ),
    "question_without_hint": (
        replaced(QUESTIONS, "hint = ", "clue = "), QUESTIONS, "hint is missing", "write hint",
    ),
    "sentence_on_two_pages": (
        both(BUILD, HOW, "\nWhat is written here stands on another page.\n"),
        BUILD, "as does lessons/ex01_first_checkpoint/how.md", "say it once",
    ),
    "section_that_is_gone": (
        replaced(LESSON, "example.py:save", "example.py:saved"),
        LESSON, f"no section of lessons/{NAME}/example.py: saved", "name build, weights, save",
    ),
    "stale_stub": (
        added(f"{EXERCISE}/checkpoint.py", "\n"),
        f"{EXERCISE}/checkpoint.py", "is stale", "grader author sync",
    ),
    "wrong_marks": (
        replaced(f"{SOLUTION}/checkpoint.py", "# END SOLUTION", ""),
        f"{SOLUTION}/checkpoint.py", "begins inside another region", "pair every",
    ),
    "nothing_to_do": (
        without_marks, f"{SOLUTION}/checkpoint.py", "nothing to do", "mark what the learner writes",
    ),
    "long_check": (
        added(f"{EXERCISE}/check.py", "\n" * 60),
        f"{EXERCISE}/check.py", "more than 60", "into grader/",
    ),
    "check_that_raises": (
        added(f"{EXERCISE}/check.py", "1 / 0\n"),
        f"{EXERCISE}/check.py", "ZeroDivisionError", "correct the file",
    ),
    "check_without_points": (
        replaced(f"{EXERCISE}/check.py", 'at any moment, it continues bit for bit", 5', '", 0'),
        f"{EXERCISE}/check.py", "a check without points", "give each check points",
    ),
    "check_without_a_list": (
        added(f"{EXERCISE}/check.py", "CHECKS = None\n"),
        f"{EXERCISE}/check.py", "TypeError", "correct the file",
    ),
    "few_alternatives": (
        fewer("alternative", 1),
        f"{SOLUTION}/alternative", "holds 1 right designs, fewer than 2", "write another",
    ),
    "alternative_that_is_the_solution": (
        again_in_other_words,
        f"{SOLUTION}/alternative/same.py", "equals the solution", "build it differently",
    ),
    "alternatives_that_are_equal": (
        copied(f"{SOLUTION}/alternative/two_files.py", f"{SOLUTION}/alternative/zwei.py"),
        f"{SOLUTION}/alternative/zwei.py", "equals two_files.py", "build it differently",
    ),
    "alternative_that_is_no_python": (
        added(f"{SOLUTION}/alternative/two_files.py", "def\n"),
        f"{SOLUTION}/alternative/two_files.py", "is not Python", "make it run",
    ),
    "mistake_without_report": (
        removed(MISTAKE.replace(".py", ".txt")), MISTAKE, "no golden report", "UPDATE=1",
    ),
    "mistake_far_away": (
        added(MISTAKE, "x = 1\n" * 11), MISTAKE, "lines away from every right program", "one idea",
    ),
}  # fmt: skip
