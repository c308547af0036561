"""The skeleton of a new unit, in its three places. Nothing that exists is touched.

What it leaves to be written, `grader author lint` says, file by file.
"""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.authoring import stub
from grader.errors import UsageError
from grader.lessons import WAYS

_PLACES = ("lessons", "exercises", "solutions")
_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NUMBERS = range(1, 100)
_PURPOSE = {
    "how": "The mechanism, step by step, with code that is a section of `example.py`.",
    "see": "The figure `explorer`, what to look for in it, and three experiments.",
    "run": "The command, what `example.py` prints, and what to change in it.",
    "cost": "Bytes and time of this unit's state, as `example.py --cost` prints them.",
    "break": "Three ways to break the example: the command, what one expects, what happens.",
    "fix": "Blocks to put in order, a gap to fill, a program to mend.",
    "recall": "Prompts to answer aloud before turning the card.",
    "test": "What the ten questions are about.",
    "build": "The exercise: what one is given, and what the grader does with the answer.",
}


def new(root: Path, number: int, slug: str) -> list[Path]:
    """Write the skeleton of unit *number* and return its files, as paths from *root*.

    Raises:
        UsageError: the number is taken or the name is none; nothing was written.
    """
    if number not in _NUMBERS:
        message = f"{number} is no number of a unit; 1 to 99 are"
        raise UsageError(message)
    if not _SLUG.fullmatch(slug):
        message = (
            f"{slug!r} is no name of a unit; write small words with _ between, like data_order"
        )
        raise UsageError(message)
    for place in _PLACES:
        for taken in (root / place).glob(f"ex{number:02}_*"):
            message = f"the number {number} is taken by {taken.relative_to(root)}; choose another"
            raise UsageError(message)
    files = _files(number, f"ex{number:02}_{slug}", slug.replace("_", " ").capitalize())
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return sorted(files)


def _files(number: int, name: str, title: str) -> dict[Path, str]:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "skeleton"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python, TOML and Markdown, no HTML
    )
    pages = [page for page, _ in WAYS.values()]
    facts = {
        "number": number, "name": name, "title": title, "prefix": name[:4],
        "ways": list(WAYS), "pages": pages,
    }  # fmt: skip

    def filled(template: str, **more: str) -> str:
        return environment.get_template(f"{template}.j2").render(facts | more)

    lesson, exercise, solution = (Path(place, name) for place in _PLACES)
    answer = filled("checkpoint.py")
    files = {
        exercise / "exercise.toml": filled("exercise.toml"),
        exercise / "check.py": filled("check.py"),
        exercise / "calls.py": filled("calls.py"),
        exercise / "checkpoint.py": stub.cut(answer, str(solution / "checkpoint.py")),
        solution / "checkpoint.py": answer,
        lesson / ".nav.yml": filled("nav.yml"),
    }
    for each in ("lesson.toml", "questions.toml", "bugs.toml", "example.py"):
        files[lesson / each] = filled(each)
    for way, (page, heading) in WAYS.items():
        shown = title if way == "why" else heading
        text = filled("page.md", page=page, purpose=_PURPOSE.get(way, ""), title=shown)
        files[lesson / page] = text.rstrip() + "\n"
    return files
