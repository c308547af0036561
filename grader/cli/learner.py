"""The commands of learners."""

import json
import secrets
import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader import course, workspace
from grader.cli.console import say
from grader.errors import UsageError
from grader.faults.schedule import Schedule
from grader.verdict import ExitCode, Failed

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kill a training, resume it, and see bit for bit whether it is still the same.",
)

ExerciseName = Annotated[str, typer.Argument(metavar="EX", help="ex01, 01, 1 or the whole name")]
_OPTIONAL = ("system-call listener", "folder in memory", "sandbox ")
_SEED_BITS = 48  # too many for a learner's program to try them all


@app.command()
def start(
    name: Annotated[str, typer.Argument(metavar="[EX]", help="one exercise; all by default")] = "",
    into: Annotated[Path | None, typer.Option(help="folder for the files")] = None,
    *,
    notebook: Annotated[bool, typer.Option("--notebook", help="a notebook to edit")] = False,
) -> None:
    """Put the files to edit into answers/; a file that exists is kept."""
    from grader.classroom import notebooks  # noqa: PLC0415 - the other commands start faster

    for exercise in [course.find(name)] if name else course.exercises():
        text = notebooks.start(exercise) if notebook else ""
        path, fresh = workspace.start(exercise, into, text)
        say(f"{'edit' if fresh else 'kept'}  {workspace.shown(path)}")


@app.command()
def run(  # noqa: PLR0913 - one parameter an option of the command line
    name: ExerciseName,
    *,
    solution: Annotated[bool, typer.Option("--solution", help="grade the worked solution")] = False,
    file: Annotated[Path | None, typer.Option(help="grade this file")] = None,
    seed: Annotated[
        int | None, typer.Option(help="the challenge's seed; a new one by default")
    ] = None,
    fault: Annotated[
        str | None, typer.Option(help="only this fault, as a report prints it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the verdict as JSON")] = False,
    sampled: Annotated[bool, typer.Option("--sampled", help="step kills only")] = False,
    search: Annotated[
        bool, typer.Option("--search", help="look for two or three kills in a row, too")
    ] = False,
    trials: Annotated[int, typer.Option(min=1, help="how many schedules --search draws")] = 150,
    sandbox: Annotated[
        str, typer.Option(help="for a file that is not yours: auto takes the strongest that works")
    ] = "none",
    device: Annotated[
        str | None, typer.Option(help="train on cuda (or cpu), each process a new interpreter")
    ] = None,
) -> None:
    """Kill and resume your training at every moment, and say whether it is exact.

    Exit code: 0 passed, 1 failed, 2 wrong usage, 3 unknown.
    """
    from grader import doctor, grade, kept  # noqa: PLC0415 - the other commands start faster without
    from grader.process import tiers  # noqa: PLC0415
    from grader.process.sandbox import NONE  # noqa: PLC0415
    from grader.report import machine, progress, terminal  # noqa: PLC0415
    from grader.search import Search  # noqa: PLC0415

    exercise = course.find(name)
    path = workspace.chosen(exercise, file, solution=solution)
    mode = "sampled" if sampled or device else doctor.mode()[0]
    schedule = Schedule.parse(fault) if fault else None
    if search and fault:
        message = "--search and --fault exclude each other: a search looks for the fault."
        raise UsageError(message)
    if device:
        exercise = exercise.on(device)
        doctor.need(device)
    tier = tiers.chosen(sandbox, trusted=True)
    if device and tier != NONE:
        message = "--device and --sandbox exclude each other: a sandbox has no GPU in it."
        raise UsageError(message)
    with progress.watching(quiet=as_json) as watcher:
        began = time.perf_counter()
        number = secrets.randbits(_SEED_BITS) if seed is None else seed
        request = grade.Request(exercise, path, number, schedule, mode, tier, watcher=watcher)
        if search:
            first = workspace.runs().found(exercise.name)
            request = replace(request, search=Search.asked(number, trials, first))
        graded = grade.grade(request)
        seconds = time.perf_counter() - began
    replay = kept.again(graded, exercise, path)
    if as_json:
        typer.echo(json.dumps(machine.to_json(graded, exercise, replay), indent=2))
    else:
        if graded.outcome.searched and isinstance(graded.outcome.verdict, Failed):
            workspace.runs().remember(exercise.name, graded.outcome.verdict.finding.schedule)
        page = kept.keep(graded, exercise, replay, workspace.runs())
        terminal.show(graded, exercise, replay, page, command=workspace.command())
        say(f"  Took {seconds:.1f} s")
    raise typer.Exit(graded.outcome.exit_code)


@app.command()
def strip(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="each with save(directory, state), load")
    ],
    *,
    page: Annotated[
        Path | None, typer.Option(help="write the figure to this HTML file, too")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print the figure's data as JSON")
    ] = False,
    seed: Annotated[int, typer.Option(help="the challenge's seed")] = 0,
    sandbox: Annotated[
        str, typer.Option(help="for a file that is not yours: auto takes the strongest that works")
    ] = "none",
) -> None:
    """Show what a crash at each file call of your own save() leaves: killed, or without power.

    FILE defines save(directory, state) and load(directory), which returns the state or None.
    Exit code: 0 where every kill leaves a whole checkpoint, 1 where one does not, 3 unknown.
    """
    from grader import survival  # noqa: PLC0415 - the other commands start faster without
    from grader.process import tiers  # noqa: PLC0415
    from grader.report import progress  # noqa: PLC0415
    from grader.report import strip as report  # noqa: PLC0415

    tier = tiers.chosen(sandbox, trusted=True)
    with progress.watching(quiet=as_json) as watcher:
        strips = survival.survive(files, seed, tier, watcher)
    replay = f"{workspace.command()} strip {shlex.join(map(str, files))}"
    if as_json:
        typer.echo(json.dumps(report.to_json(strips), indent=2))
    else:
        report.show(strips, Console(highlight=False, markup=False, emoji=False), replay)
    if page:
        page.write_text(report.page(strips, replay), encoding="utf-8")
        say(f"  Page    {page}")
    safe = all(row.count("lost") + row.count("mix") == 0 for one in strips for row in one.rows[:1])
    raise typer.Exit(ExitCode.PASSED if safe else ExitCode.FAILED)


@app.command()
def explain(diagnosis: Annotated[str, typer.Argument(metavar="DIAGNOSIS")]) -> None:
    """Say what a diagnosis means, why, and where to read on."""
    from grader.diagnosis import catalog  # noqa: PLC0415
    from grader.report import story  # noqa: PLC0415

    known = dict(catalog.shared())
    for exercise in reversed(course.exercises()):
        known.update(exercise.diagnoses)
    if diagnosis not in known:
        message = f"no diagnosis is called {diagnosis!r}; there are {', '.join(sorted(known))}"
        raise UsageError(message)
    entry = known[diagnosis]
    lesson = story.lesson_file(entry)
    rows = {
        diagnosis: entry.headline, "Why": entry.why, "Question": entry.question,
        "Look at": entry.look, "Try": entry.try_, "Lesson": lesson,
    }  # fmt: skip
    for title, text in rows.items():
        say(f"{title}\n    {text}")


@app.command()
def read(
    name: ExerciseName,
    page: Annotated[
        str, typer.Argument(help="why, how, see, run, cost, break, fix, build")
    ] = "why",
) -> None:
    """Show a page of an exercise's lesson here; its figures and questions are on the site."""
    from rich.markdown import Markdown  # noqa: PLC0415 - the other commands start faster

    from grader import reading  # noqa: PLC0415

    exercise = course.find(name)
    text = reading.page(exercise.root, exercise.name, page)
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text), width=min(console.width, 100))
    else:
        print(text, end="")  # noqa: T201 - Markdown, for whatever reads the pipe


@app.command("doctor")
def doctor_() -> None:
    """Try what a grading needs, and say what this machine can do and why."""
    from grader import doctor  # noqa: PLC0415

    works = True
    for finding in doctor.examine():
        say(f"{'ok  ' if finding.works else 'NO  '} {finding.name}: {finding.meaning}")
        works = works and (finding.works or finding.name.startswith(_OPTIONAL))
    raise typer.Exit(ExitCode.PASSED if works else ExitCode.UNKNOWN)
