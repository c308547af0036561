"""What our Markdown fences become: questions, cards, ways in, the map of units, real bugs.

Formatters of pymdownx.superfences, not a MkDocs plugin, so the same pages build with MkDocs and
with Zensical. The body of a fence is one line: a unit's name or a question's id. Whatever is wrong
raises `SuperFencesException`, since superfences swallows every other error and prints the fence.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import markdown
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from pymdownx.superfences import SuperFencesException

from grader import course, lessons
from grader.errors import CourseError
from grader.lessons import Lesson
from grader.questions import Bank, Question

ROOT = Path(__file__).resolve().parents[2]
_MARKDOWN = ("attr_list", "tables", "pymdownx.superfences", "pymdownx.highlight")
_LETTERS = "ABCDE"

Formatter = Callable[..., str]


def _fence(render: Callable[[str], str]) -> Formatter:
    """Make a formatter of a function from the fence's one line to HTML."""

    @functools.wraps(render)
    def formatter(source: str, *_: Any, **__: Any) -> str:  # noqa: ANN401 - superfences decides
        try:
            return render(source.strip())
        except CourseError as problem:
            raise SuperFencesException(str(problem)) from problem

    return formatter


@_fence
def questions(unit: str) -> str:
    """Render all questions of a unit, with the test mode."""
    bank = _lesson(unit).bank
    return _render("questions", unit=unit, bank=bank, questions=bank.questions, prefix="")


@_fence
def question(wanted: str) -> str:
    """Render one question where a lesson wants it."""
    lesson = _lesson_of(wanted)
    found = lesson.bank.question(wanted)
    if found is None:
        message = f"lessons/{lesson.name}/questions.toml: no question {wanted!r}. Fix: write it"
        raise CourseError(message)
    return _render("questions", unit="", questions=[found], prefix="")


@_fence
def cards(unit: str) -> str:
    """Render the cards of a unit."""
    return _render("cards", cards=_lesson(unit).bank.cards)


@_fence
def review(_: str) -> str:
    """Render every question and card of the course; the script shows those that are due."""
    banks = [(f"{lesson.name}/", lesson.bank) for lesson in _lessons()]
    return _render("review", banks=banks)


@_fence
def ways(unit: str) -> str:
    """Render the ten ways into a unit, with what each shows and how long it takes."""
    return _render("ways", lesson=_lesson(unit))


@_fence
def units(_: str) -> str:
    """Render the map of units: minutes, prerequisites, and the reader's own progress."""
    written = {lesson.name: lesson for lesson in _lessons()}
    return _render(
        "units",
        units=[(exercise, written.get(exercise.name)) for exercise in course.exercises(ROOT)],
        titles={exercise.name: exercise.title for exercise in course.exercises(ROOT)},
    )


@_fence
def bugs(unit: str) -> str:
    """Render the real bugs of a unit, or of all units where the fence says ``all``."""
    chosen = _lessons() if unit == "all" else [_lesson(unit)]
    return _render(
        "bugs",
        bugs=[(lesson, bug) for lesson in chosen for bug in lesson.bugs],
        titles={exercise.name: exercise.title for exercise in course.exercises(ROOT)},
        everywhere=unit == "all",
    )


def _lessons() -> list[Lesson]:
    return lessons.lessons(ROOT)


def _lesson(unit: str) -> Lesson:
    folder = ROOT / "lessons" / unit
    if not (folder / "lesson.toml").is_file():
        known = ", ".join(lesson.name for lesson in _lessons())
        message = f"a fence names the unit {unit!r}. Fix: name one of {known}"
        raise CourseError(message)
    return lessons.read(folder)


def _lesson_of(wanted: str) -> Lesson:
    for lesson in _lessons():
        if lesson.name.startswith(f"{wanted[:4]}_"):
            return lesson
    message = f"a fence names the question {wanted!r}, of no unit. Fix: begin it with exNN-"
    raise CourseError(message)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": _paragraphs,
        "inline": _inline,
        "code": _code,
        "html_page": _html_page,
        "letter": lambda number: _LETTERS[number],
        "spec": _spec,
        "bank_json": _bank_json,
        "shuffled": _shuffled,
    }
    return environment


def _render(template: str, **held: Any) -> str:  # noqa: ANN401 - whatever the template shows
    return _environment().get_template(f"{template}.html.j2").render(**held)


def _paragraphs(text: str) -> Markup:
    return Markup(markdown.markdown(text.strip(), extensions=_MARKDOWN))  # noqa: S704 - our own Markdown


def _inline(text: str) -> Markup:
    """Render a text without the paragraph around it."""
    html = _paragraphs(text)
    single = html.count("<p>") == 1 and html.startswith("<p>") and html.endswith("</p>")
    return html[3:-4] if single else html


def _code(text: str) -> Markup:
    return _paragraphs(f"```python\n{text.strip(chr(10))}\n```")


def _html_page(section: str) -> str:
    """Return where a Markdown page and heading stand in the built site."""
    page, _, anchor = section.partition("#")
    return f"{page.removesuffix('.md')}.html" + (f"#{anchor}" if anchor else "")


def _spec(one: Question) -> str:
    """Return what the script must know to judge an answer; the options say theirs themselves."""
    held: dict[str, Any] = {"kind": one.kind, "points": one.points}
    if one.kind == "number":
        held |= {"value": one.value, "tolerance": one.tolerance}
    if one.kind == "text":
        held |= {"accept": one.accept}
    if one.kind == "order":
        held |= {"orders": sorted(one.orders)}
    if one.wrong:
        held["wrong"] = [[each.answer, _inline(each.why)] for each in one.wrong]
    return json.dumps(held)


def _bank_json(bank: Bank) -> str:
    return json.dumps({each.id: each.points for each in bank.questions})


def _shuffled(one: Question) -> list[tuple[int, str]]:
    """Return the blocks of an `order` out of order, the same way in every build."""
    blocks = list(enumerate(one.blocks))

    def key(block: tuple[int, str]) -> bytes:
        return hashlib.sha256(f"{one.id} {block[1]}".encode()).digest()

    mixed = sorted(blocks, key=key)
    order = tuple(number for number, _ in mixed)
    return mixed[::-1] if order in one.orders else mixed
