"""The command of the reversed exercise: the learner writes the kills, not the training."""

import json
from pathlib import Path
from typing import Annotated

import typer

from grader import course, workspace
from grader.cli.console import say
from grader.cli.learner import ExerciseName, app
from grader.errors import UsageError


@app.command()
def find(
    name: ExerciseName,
    *,
    file: Annotated[Path | None, typer.Option(help="try this schedule")] = None,
    solution: Annotated[
        bool, typer.Option("--solution", help="try the one that finds all")
    ] = False,
    seed: Annotated[int, typer.Option(help="the challenge's seed")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Find the kill: write a schedule that exposes trainers which are wrong only sometimes.

    Exit code: 0 where all are exposed and no honest one is blamed, 1 where not, 2 wrong usage, 3
    unknown.
    """
    from grader.report import found, progress  # noqa: PLC0415 - the other commands start faster
    from grader.zoo import hunt, schedule, trainers  # noqa: PLC0415

    exercise = course.find(name)
    zoo = trainers.zoo(exercise)
    command = f"{workspace.command()} find {exercise.name[:4]}"
    if file and solution:
        message = "--file and --solution exclude each other: name one of them."
        raise UsageError(message)
    if file and not file.is_file():
        message = f"{file}: no such file; name a text file with a fault a line, or leave it out."
        raise UsageError(message)
    own = workspace.own_file(exercise).with_name(trainers.SCHEDULE)
    path = zoo.solution if solution else file or own
    if path == own and not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(schedule.stub(zoo, workspace.command()), encoding="utf-8")
        say(f"edit  {workspace.shown(own)}, which explains itself; its one fault finds:")
    faults = schedule.read(zoo, path)
    with progress.watching(quiet=as_json) as watcher:
        done = hunt.hunt(zoo, faults, seed, watcher)
    if as_json:
        typer.echo(json.dumps(found.to_json(done), indent=2))
    else:
        chosen = " --solution" if solution else f" --file {path}" if file else ""
        say(found.text(done, workspace.shown(path), command + chosen))
    raise typer.Exit(done.exit_code)
