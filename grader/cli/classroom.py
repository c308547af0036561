"""The commands of instructors."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from grader import course
from grader.cli.console import say
from grader.errors import UsageError
from grader.verdict import ExitCode

app = typer.Typer(no_args_is_help=True, help="For instructors: a whole class at once.")

Into = Annotated[Path | None, typer.Option("--into", help="folder of the results")]
Trust = Annotated[bool, typer.Option("--i-trust-these-submissions", help="allow --sandbox none")]


@app.command("run")
def run(  # noqa: PLR0913 - one parameter an option of the command line
    submissions: Annotated[Path, typer.Argument(help="folder or zip of what was handed in")],
    exercise: Annotated[str, typer.Option("--exercise", help="ex01, 01, 1 or the whole name")],
    *,
    into: Into = None,
    jobs: Annotated[int, typer.Option(min=1, help="submissions at once")] = os.cpu_count() or 1,
    dask: Annotated[str, typer.Option(help="address of a Dask scheduler, instead of --jobs")] = "",
    sandbox: Annotated[str, typer.Option(help="auto takes the strongest that works")] = "auto",
    trusted: Trust = False,
    due: Annotated[datetime | None, typer.Option(help="the deadline, in UTC")] = None,
    grace: Annotated[int, typer.Option(help="minutes after it that are not late")] = 0,
    extensions: Annotated[
        Path | None,
        typer.Option(help="CSV: student, due; their own deadlines", exists=True, dir_okay=False),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="judge all anew; scores differ? see the table")
    ] = False,
) -> None:
    """Grade a class; stopped or killed, the same command goes on where it was.

    Exit code: 0 everybody has a score, 2 wrong usage, 3 a person has to look at somebody.
    """
    from grader.classroom import class_run, handed_in  # noqa: PLC0415 - other commands start faster
    from grader.classroom import submissions as understood  # noqa: PLC0415
    from grader.classroom.ledger import Ledger  # noqa: PLC0415
    from grader.cli.progress import watching  # noqa: PLC0415
    from grader.process import tiers  # noqa: PLC0415

    wanted = course.find(exercise)
    # A cluster's machines have sandboxes of their own: each worker chooses there.
    name = tiers.allowed(sandbox, trusted=trusted)
    tier = name if dask else tiers.chosen(name, trusted=trusted).name
    longer = understood.extensions(extensions.read_bytes(), str(extensions)) if extensions else {}
    moment = due.replace(tzinfo=UTC) if due else None
    deadline = understood.Deadline(moment, timedelta(minutes=grace), longer)
    ledger = Ledger.open(into or Path("results") / wanted.name)
    found = understood.collect(handed_in.look(submissions), wanted, deadline)
    if not found:
        message = (
            f"{submissions}: no Python file or notebook in it; there should be a folder, a file or "
            "a zip for each student"
        )
        raise UsageError(message)
    group = class_run.Class(wanted, found, ledger, tier)
    with ledger.locked(), workers(jobs, dask) as pool, watching() as watcher:
        state = group.run(pool, watcher, again=again)
    code = finish(ledger, found)
    if state.stopped:
        say("Stopped; every verdict so far is kept. The same command goes on from here.")
        code = ExitCode.UNKNOWN
    raise typer.Exit(code)


@contextmanager
def workers(jobs: int, dask: str) -> Iterator[Executor]:
    """Return what tasks are given to: threads that each start a judge, or a Dask cluster."""
    if not dask:
        with ThreadPoolExecutor(jobs) as pool:
            yield pool
        return
    try:
        from distributed import Client  # noqa: PLC0415 - only who asks for Dask needs it
    except ImportError as problem:
        message = "--dask needs dask.distributed: pip install 'exact-resume[cluster]'"
        raise UsageError(message) from problem
    try:
        client = Client(dask, timeout=30)
    except (OSError, ValueError) as problem:
        message = f"--dask {dask}: no scheduler answers there: {problem}"
        raise UsageError(message) from problem
    with client:
        # pure: equal tasks would be one; retries: a worker that dies takes its task along.
        yield client.get_executor(pure=False, retries=3)


def finish(ledger: Any, found: Any) -> ExitCode:  # noqa: ANN401 - their modules import late
    """Write the tables, say what there is to see, and return the exit code."""
    from grader.classroom import class_run, pages, similarity  # noqa: PLC0415
    from grader.classroom.exports import points, table  # noqa: PLC0415
    from grader.classroom.ledger import replace  # noqa: PLC0415

    scores = class_run.scores(ledger)
    replace(ledger.folder / "scores.csv", table.table(scores))
    if scores:
        exercise = course.find(scores[0].exercise)
        alike = similarity.nearest(exercise, ledger.records())
        if alike is not None:
            replace(ledger.folder / "similar.csv", similarity.table(alike))
        page = pages.class_page(exercise, scores, class_run.alarms(ledger), alike)
        replace(ledger.folder / "class.html", page)
    undecided = [score for score in scores if points.counting(score) is None]
    passed = sum(score.status == "passed" for score in scores)
    failed = sum(score.status == "failed" for score in scores)
    say(f"{len(scores)} students: {passed} passed, {failed} failed, {len(undecided)} by hand")
    for score in undecided:
        say(f"  by hand  {score.student}: {score.reason}")
    for submission in found:
        for note in submission.notes:
            say(f"  note     {submission.student}: {note}")
    for alarm in class_run.alarms(ledger):
        say(f"  ALARM    {alarm}")
    say(f"Scores: {ledger.folder / 'scores.csv'}, and a page: {ledger.folder / 'class.html'}")
    return ExitCode.UNKNOWN if undecided else ExitCode.PASSED


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Make a course for nbgrader, whose ordinary commands then grade with us."""
    try:
        from grader.classroom import nbgrader  # noqa: PLC0415 - only who uses nbgrader has it
    except ImportError as problem:
        message = "nbgrader is not installed: pip install 'exact-resume[instructor]'"
        raise UsageError(message) from problem
    for path in nbgrader.init(folder):
        say(f"written  {path}")
    say(f"Next: cd {folder}, then nbgrader generate_assignment NAME, as nbgrader's pages tell.")


class Receiver(StrEnum):
    """Who gets a bundle."""

    STUDENTS = "students"
    GRADESCOPE = "gradescope"


@app.command()
def release(
    out: Annotated[Path, typer.Argument(metavar="ZIP", help="the file to write")],
    exercise: Annotated[list[str], typer.Option("--exercise", help="may be repeated")],
    *,
    to: Annotated[Receiver, typer.Option(help="who gets it")] = Receiver.STUDENTS,
    wheel: Annotated[Path | None, typer.Option(help="use this wheel, and make none")] = None,
) -> None:
    """Bundle exercises without solutions: for students, who grade themselves, or Gradescope."""
    from grader.classroom import bundle, wheels  # noqa: PLC0415 - other commands start faster
    from grader.classroom.exports import gradescope_zip  # noqa: PLC0415

    chosen = [course.find(text) for text in dict.fromkeys(exercise)]
    if to is Receiver.GRADESCOPE and len(chosen) > 1:
        message = "Gradescope grades one exercise for each assignment: name one --exercise"
        raise UsageError(message)
    constraints = wheels.constraints(course.course_root())
    with wheels.made(course.course_root(), wheel) as whole:
        if to is Receiver.STUDENTS:
            content = bundle.for_students(chosen, whole, constraints)
        else:
            content = gradescope_zip.autograder_zip(chosen[0], whole, constraints)
    out.write_bytes(content)
    say(f"written  {out}: {', '.join(held.name for held in chosen)}, and no solution")
