"""What our Markdown fences become: questions, cards, ways in, the map of units, real bugs.

Formatters of pymdownx.superfences, not a MkDocs plugin, so the same pages build with MkDocs and
with Zensical. The body of a fence is one line: a unit's name or a question's id.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import markdown
from course_site import rendering
from course_site.rendering import environment, every_lesson, fence, lesson_of, render
from markupsafe import Markup

from grader import course, lessons
from grader.course import Exercise
from grader.errors import CourseError
from grader.lessons import Lesson
from grader.questions import COURSE_TEST, Question
from grader.report import strip as survival_strip

_MARKDOWN = ("attr_list", "tables", "pymdownx.superfences", "pymdownx.highlight")
_LETTERS = "ABCDE"


@fence
def questions(unit: str) -> str:
    """Render all questions of a unit or of the course's test, with the test mode."""
    if unit != COURSE_TEST:
        held = lesson_of(unit).bank.questions
        return render(
            "questions", sets={unit: held}, unit=unit, questions=held, about={}, prefix=""
        )
    held = lessons.course_test(rendering.ROOT).questions
    if not held:
        message = (
            f"lessons/{COURSE_TEST}.toml: no questions. Fix: write them, or leave the page out"
        )
        raise CourseError(message)
    titles = {exercise.number: exercise for exercise in _exercises().values()}
    about = {number: titles.get(number) for number in sorted({one.unit_number for one in held})}
    sets = {unit: held} | {
        f"{unit}-{number}": [one for one in held if one.unit_number == number] for number in about
    }
    return render("questions", sets=sets, unit=unit, questions=held, about=about, prefix="")


@fence
def question(wanted: str) -> str:
    """Render one question where a lesson wants it."""
    lesson = _lesson_asking(wanted)
    found = lesson.bank.question(wanted)
    if found is None:
        message = f"lessons/{lesson.name}/questions.toml: no question {wanted!r}. Fix: write it"
        raise CourseError(message)
    return render("questions", unit="", questions=[found], prefix="")


@fence
def cards(unit: str) -> str:
    """Render the cards of a unit."""
    return render("cards", cards=lesson_of(unit).bank.cards)


@fence
def review(_: str) -> str:
    """Render every question and card of the course; the script shows those that are due."""
    banks = [(f"{lesson.name}/", lesson.bank) for lesson in every_lesson()]
    banks.append(("", lessons.course_test(rendering.ROOT)))
    return render("review", banks=banks)


@fence
def ways(unit: str) -> str:
    """Render the ten ways into a unit, with what each shows and how long it takes."""
    return render("ways", lesson=lesson_of(unit))


@fence
def units(_: str) -> str:
    """Render the map of units: minutes, prerequisites, and the reader's own progress."""
    return render("units", lessons=every_lesson(), exercises=_exercises())


@fence
def bugs(unit: str) -> str:
    """Render the real bugs of a unit, or of all units where the fence says ``all``."""
    chosen = every_lesson() if unit == "all" else [lesson_of(unit)]
    told = [(lesson, bug) for lesson in chosen for bug in lesson.bugs]
    return render("bugs", bugs=told, exercises=_exercises(), everywhere=unit == "all")


@fence
def strip(wanted: str) -> str:
    """Render the survival strips of a unit; names behind the unit choose some, in their order."""
    unit, *names = wanted.split()
    lesson = lesson_of(unit)
    path = f"lessons/{unit}/captured/strip.json"
    try:
        text = (lesson.folder / "captured" / "strip.json").read_text(encoding="utf-8")
        held = {each["name"]: each for each in json.loads(text)}
    except (OSError, ValueError) as problem:
        message = f"{path}: cannot be read: {problem}. Fix: make captures"
        raise CourseError(message) from problem
    if strange := set(names) - set(held):
        message = f"{path}: no {', '.join(sorted(strange))}. Fix: name one of {', '.join(held)}"
        raise CourseError(message)
    return Markup(survival_strip.figure([held[name] for name in names or held]))  # noqa: S704 - our own template


def _exercises() -> dict[str, Exercise]:
    return {exercise.name: exercise for exercise in course.exercises(rendering.ROOT)}


def _lesson_asking(wanted: str) -> Lesson:
    for lesson in every_lesson():
        if lesson.name.startswith(f"{wanted[:4]}_"):
            return lesson
    message = f"a fence names the question {wanted!r}, of no unit. Fix: begin it with exNN-"
    raise CourseError(message)


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


def _banks_json(sets: Mapping[str, Sequence[Question]]) -> str:
    """Return what the script must know to add up the points of some sets of questions."""
    return json.dumps({name: {one.id: one.points for one in held} for name, held in sets.items()})


environment().filters |= {
    "markdown": _paragraphs,
    "inline": _inline,
    "code": _code,
    "html_page": _html_page,
    "letter": _LETTERS.__getitem__,
    "spec": _spec,
    "banks_json": _banks_json,
}
