"""A trial stepped through: a scene at a time or all of them, as text, and as a page."""

import textwrap

from rich.text import Text

from grader.course import Exercise
from grader.errors import UsageError
from grader.report import terminal
from grader.report.scenes import Row, Scene, first_difference, scenes
from grader.report.story import Graded, capital, tell
from grader.report.templates import template

WIDTH = 60
"""A scene is never wider: it has to fit beside an editor."""

_ITEM = 17  # columns of the longest item's name
_VALUE = 12  # and of a loss with nine digits
_FIRST = "first"


def introduction(graded: Graded, exercise: Exercise, *, command: str) -> str:
    """Return what was replayed, and what happened in it, as lines that fit."""
    story = tell(graded, exercise, command)
    outcome = graded.outcome
    lines = [f"{story.word}  {story.exercise}  {', '.join(story.names)}".rstrip()]
    lines += _wrapped(f"{outcome.fault or 'every fault'}, seed {outcome.seed}")
    return "\n".join([*lines, "", *_wrapped(capital(story.happened) + ".")]) + "\n"


def text(scene: Scene, counted: str) -> str:
    """Return a scene as plain text, *counted* before its title."""
    verdict = f": {scene.verdict}" if scene.verdict else ""
    lines = textwrap.wrap(f"{counted}  {scene.title}{verdict}", WIDTH, subsequent_indent="    ")
    lines += [line for said in scene.lines for line in _wrapped(said)]
    if scene.rows:
        lines.append(f"    {'':{_ITEM}}  {'baseline':{_VALUE}}  {'here':{_VALUE}}".rstrip())
    lines += [_line(row) for row in scene.rows]
    return "\n".join(lines) + "\n"


def coloured(plain: str) -> Text:
    """Return a scene with its title and its differences coloured; the words say all of it."""
    shown = Text()
    for number, line in enumerate(plain.splitlines(keepends=True)):
        style = "bold" if number == 0 else "red" if line.startswith(("  ≠", "  !")) else ""
        shown.append(line, style)
    return shown


def listing(told: list[Scene], step: int | None = None) -> str:
    """Return every scene, one below the other; with a *step*, those of it alone.

    Raises:
        UsageError: no scene compares that step.
    """
    compared = sorted({scene.step for scene in told if scene.rows})
    if step is not None and step not in compared:
        known = f"{compared[0]} to {compared[-1]}" if compared else "none"
        message = f"step {step} was not compared in this trial; compared were: {known}"
        raise UsageError(message)
    chosen = [at for at, scene in enumerate(told) if step is None or scene.step == step]
    return "\n".join(one(told, at) for at in chosen)


def one(told: list[Scene], at: int) -> str:
    """Return one scene, with its number of all."""
    return text(told[at], f"{at + 1}/{len(told)}")


def page(graded: Graded, exercise: Exercise, replay: str, *, command: str) -> str:
    """Return the scenes as one page that needs no script and asks for nothing from anywhere."""
    told = scenes(graded, exercise)
    return template("replay.html.j2").render(
        story=tell(graded, exercise, command),
        outcome=graded.outcome,
        title=exercise.title,
        scenes=told,
        first=first_difference(told) if any(scene.differing for scene in told) else -1,
        replay=replay,
    )


def encodable(plain: str, encoding: str) -> str:
    """Return a text as a terminal of that *encoding* can print it."""
    return terminal.encodable(plain, encoding)


def _line(row: Row) -> str:
    sign, note = "=" if row.same else "≠", _FIRST if row.first else ""
    here = "" if row.same else row.here
    return f"  {sign} {row.item:{_ITEM}}  {row.baseline:{_VALUE}}  {here:{_VALUE}}  {note}".rstrip()


def _wrapped(said: str) -> list[str]:
    return textwrap.wrap(
        said, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )
