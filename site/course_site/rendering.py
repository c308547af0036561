"""What all our fences share: the unit that one names, templates, errors that stop the build."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from pymdownx.superfences import SuperFencesException

from grader import lessons
from grader.errors import CourseError
from grader.lessons import Lesson

ROOT = Path(__file__).resolve().parents[2]

Formatter = Callable[..., str]


def fence(make: Callable[[str], str]) -> Formatter:
    """Make a formatter of pymdownx.superfences of a function from the fence's one line to HTML.

    Superfences swallows every error but its own, and would print the fence as it stands.
    """

    @functools.wraps(make)
    def formatter(source: str, *_: object, **__: object) -> str:
        try:
            return make(source.strip())
        except CourseError as problem:
            raise SuperFencesException(str(problem)) from problem

    return formatter


def every_lesson() -> list[Lesson]:
    """Return the lessons of all units, by number."""
    return lessons.lessons(ROOT)


def lesson_of(unit: str) -> Lesson:
    """Return the lesson of the unit that a fence names.

    Raises:
        CourseError: there is none; the message names those that there are.
    """
    folders = sorted(path.parent for path in ROOT.glob("lessons/ex*/lesson.toml"))
    for folder in folders:
        if folder.name == unit:
            return lessons.read(folder)
    known = ", ".join(folder.name for folder in folders) or "(none has a lesson.toml)"
    message = f"a fence names the unit {unit!r}. Fix: name one of {known}"
    raise CourseError(message)


def render(template: str, **held: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """Return a template of templates/ filled in; every text in it is escaped."""
    return environment().get_template(f"{template}.html.j2").render(**held)


@functools.cache
def environment() -> Environment:
    """Return where the templates are loaded and filters are added."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
