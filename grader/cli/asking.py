"""When a learner is stuck: ``grader hint``, ``grader reset``, ``grader solution``."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader import course, workspace
from grader.cli.console import say
from grader.cli.learner import ExerciseName, app
from grader.course import Exercise
from grader.errors import UsageError

OptionalName = Annotated[
    str, typer.Argument(metavar="[EX]", help="by default the first that is not passed")
]


@app.command()
def hint(name: OptionalName = "") -> None:
    """Help with the last failure, a step more each time: a question, where to look, the idea."""
    from grader import hints  # noqa: PLC0415 - the other commands start faster without

    exercise = _meant(name)
    command, short = workspace.command(), exercise.name[:4]
    last = workspace.last_verdict(exercise)
    if last.get("verdict") == "passed":
        say(f"The last run of {short} passed: nothing to hint at. `{command} next` goes on.")
        return
    given = hints.give(exercise, last, workspace.runs())
    after = f", after {given.hint.about}" * bool(given.hint.about)
    say(f"Hint {given.number} of {given.total}{after}: {given.hint.tier}")
    say(f"  {given.hint.text[:1].upper()}{given.hint.text[1:]}{_stop(given.hint.text)}")
    if given.following:
        about = f" on {given.following.about}" * (given.following.about != given.hint.about)
        say(f"  `{command} hint {short}` gives the next: {given.following.tier}{about}.")
        return
    said = "These were all" if given.again else "This is the last"
    lesson = _section(given.hint.lesson) or f"{command} read {short} build"
    say(f"  {said}. To read: {lesson}. To compare: {command} solution {short}.")


def _stop(text: str) -> str:
    return "" if text.endswith((".", "?", "!", ":")) else "."


def _section(lesson: str) -> str:
    page, _, anchor = lesson.partition("#")
    return f"lessons/{page}.md, section {anchor}" if page else ""


@app.command()
def reset(
    name: ExerciseName,
    *,
    notebook: Annotated[bool, typer.Option("--notebook", help="the notebook")] = False,
) -> None:
    """Begin an exercise anew; what you wrote stays beside it, under a name that says when."""
    from grader.classroom import notebooks  # noqa: PLC0415 - the other commands start faster

    exercise = course.find(name)
    target, kept = workspace.reset(exercise, notebooks.start(exercise) if notebook else "")
    say(f"edit  {workspace.shown(target)}, as it was at the beginning")
    if kept:
        say(f"kept  {workspace.shown(kept)}, what you had; rename it to have it back")
    else:
        say("      Nothing was changed in it, so there is nothing to keep.")


@app.command()
def solution(
    name: ExerciseName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="show it before you have passed")] = False,
) -> None:
    """Show the worked solution beside yours: at once after a pass, before it when you say so."""
    from grader.report import beside  # noqa: PLC0415 - the other commands start faster without

    exercise = course.find(name)
    theirs = workspace.chosen(exercise, None, solution=True)
    if not (yes or workspace.passed(exercise)):
        _confirm(exercise)
    own = workspace.own_file(exercise)
    mine = own if own.exists() else exercise.stub
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(
        beside.beside(
            (_named(mine), mine.read_text(encoding="utf-8", errors="replace")),
            (_named(theirs), theirs.read_text(encoding="utf-8")),
            exercise.functions,
            console.width if console.is_terminal else 80,
        )
    )
    others = sorted(theirs.parent.glob("alternative/*.py"))
    if others:
        say(f"Other designs that pass: {', '.join(map(_named, others))}")


def _confirm(exercise: Exercise) -> None:
    """Ask whether to show what was not found yet.

    Raises:
        UsageError: nobody can be asked.
    """
    short, command = exercise.name[:4], workspace.command()
    if not sys.stdin.isatty():
        message = (
            f"{exercise.name} is not passed yet. `{command} hint {short}` helps in steps; "
            f"`{command} solution {short} --yes` shows the solution all the same."
        )
        raise UsageError(message)
    asked = f"{exercise.name} is not passed yet. Show its solution all the same?"
    typer.confirm(asked, abort=True)


def _named(path: Path) -> str:
    return workspace.shown(path)


def _meant(name: str) -> Exercise:
    """Return the exercise that is named, else the next one, else the last."""
    return course.find(name) if name else workspace.following() or course.exercises()[-1]
