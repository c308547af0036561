"""``grader replay``: one trial again, scene by scene; keys on a terminal, a listing in a pipe."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from grader import course, workspace
from grader.cli.console import say
from grader.cli.learner import ExerciseName, app
from grader.course import Exercise
from grader.errors import UsageError
from grader.faults.schedule import Schedule

if TYPE_CHECKING:
    from grader.report.scenes import Scene

_ON = frozenset({"\x1b[C", "\x1bOC", "\x1b[B", "\x1bOB", "j", "l", " ", "\r", "\n"})
_BACK = frozenset({"\x1b[D", "\x1bOD", "\x1b[A", "\x1bOA", "k", "h"})
_QUIT = frozenset({"q", "\x1b", "\x03", "\x04"})
_KEYS = "← k back · → j on · d first difference · q quit"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which trial: of which file, with which challenge, and how it was graded."""

    file: Path
    seed: int
    fault: Schedule
    mode: str
    device: str


@app.command()
def replay(  # noqa: PLR0913 - one parameter an option of the command line
    name: ExerciseName,
    *,
    fault: Annotated[
        str | None, typer.Option(help="this fault; by default the last failure's")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="the challenge's seed")] = None,
    file: Annotated[Path | None, typer.Option(help="this file")] = None,
    solution: Annotated[bool, typer.Option("--solution", help="the worked solution")] = False,
    step: Annotated[int | None, typer.Option(help="show this step only")] = None,
    page: Annotated[Path | None, typer.Option(help="write the replay to this HTML file")] = None,
) -> None:
    """Step through the last failure: what struck, what was loaded, each step beside the baseline.

    It is run again, so it shows what your file does now. Exit code: as of grader run.
    """
    from grader import grade, kept  # noqa: PLC0415 - the other commands start faster without
    from grader.report import progress, scenes  # noqa: PLC0415
    from grader.report import replay as report  # noqa: PLC0415

    exercise = course.find(name)
    asked = _asked(exercise, fault, seed, file, solution=solution)
    exercise = exercise.on(asked.device) if asked.device else exercise
    with progress.watching(quiet=False) as watcher:
        request = grade.Request(
            exercise, asked.file, asked.seed, asked.fault, asked.mode, watcher=watcher
        )
        graded = grade.grade(request)
    told = scenes.scenes(graded, exercise)
    command = workspace.command()
    if page:
        again = kept.again(graded, exercise, asked.file)
        page.write_text(report.page(graded, exercise, again, command=command), encoding="utf-8")
    console = Console(highlight=False, markup=False, emoji=False)
    looked_at = console.is_terminal and sys.stdin.isatty() and step is None and bool(told)
    if looked_at:
        _step_through(told, console)
    shown = report.introduction(graded, exercise, command=command)
    if not looked_at:
        shown += "\n" + report.listing(told, step)
    console.print(report.encodable(shown, console.encoding), soft_wrap=True, end="")
    if page:
        say(f"  Page    {workspace.shown(page)}")
    raise typer.Exit(graded.outcome.exit_code)


def _step_through(told: "list[Scene]", console: Console) -> None:
    """Show a scene at a time until a key says enough."""
    from grader.report import replay as report  # noqa: PLC0415
    from grader.report.scenes import first_difference  # noqa: PLC0415

    at = 0
    with console.screen(), suppress(EOFError, KeyboardInterrupt):
        while True:
            shown = f"{report.one(told, at)}\n{_KEYS}"
            console.clear()
            console.print(report.coloured(report.encodable(shown, console.encoding)), end="")
            key = typer.getchar()
            if key in _QUIT:
                return
            if key == "d":
                at = first_difference(told)
            at = min(max(at + (key in _ON) - (key in _BACK), 0), len(told) - 1)


def _asked(
    exercise: Exercise, fault: str | None, seed: int | None, file: Path | None, *, solution: bool
) -> _Asked:
    """Return which trial is meant: what was typed, and for the rest the last failure.

    Raises:
        UsageError: nothing has failed yet, and no fault was named.
    """
    from grader import doctor  # noqa: PLC0415

    last = _last_failure(exercise) if fault is None else {}
    schedule = Schedule.parse(fault or last["finding"]["schedule"])
    typed = file is not None or solution
    path = file if typed or not last else Path(last["file"])
    chosen = workspace.chosen(exercise, path, solution=solution)
    return _Asked(
        chosen,
        last.get("seed", 0) if seed is None else seed,
        schedule,
        last.get("mode") or doctor.mode()[0],
        last.get("device", ""),
    )


def _last_failure(exercise: Exercise) -> dict[str, Any]:
    store = workspace.runs()
    for run in reversed(store.runs(exercise.name)):
        stored = store.verdict(run)
        finding = stored.get("finding")
        if stored.get("verdict") == "failed" and isinstance(finding, dict):
            return stored
    short = exercise.name[:4]
    message = (
        f"no failure of {exercise.name} is kept here. `{workspace.command()} run {short}` makes "
        f"one, or name a fault, such as --fault kill@5:step."
    )
    raise UsageError(message)
