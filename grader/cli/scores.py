"""The commands of instructors about scores: decide, repeat, prove, take them elsewhere."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from grader import course
from grader.cli.classroom import Trust, app, finish, workers
from grader.cli.console import say
from grader.errors import UsageError
from grader.verdict import ExitCode

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="folder that a class run made")]


@app.command()
def override(
    results: Results,
    student: str,
    score: Annotated[float, typer.Argument(metavar="POINTS")],
    *,
    because: Annotated[str, typer.Option(help="the reason, for the record")],
    by: Annotated[str, typer.Option(help="who decides")] = os.environ.get("USER", ""),
) -> None:
    """Give a student other points, with a reason; the grader's verdict stays beside it."""
    from grader.classroom.ledger import Ledger  # noqa: PLC0415
    from grader.classroom.scores import Override  # noqa: PLC0415

    ledger = Ledger.open(results)
    record = _record(results, student)
    total = record["verdict"]["points"]["total"]
    if not 0 <= score <= total:
        message = f"{score:g} points: the exercise has 0 to {total}"
        raise UsageError(message)
    ledger.decide(student, Override(score, because, by))
    finish(ledger, [])


@app.command()
def regrade(
    results: Results,
    exercise: Annotated[str, typer.Option("--exercise", help="ex01, 01, 1 or the whole name")],
    *,
    jobs: Annotated[int, typer.Option(min=1, help="submissions at once")] = os.cpu_count() or 1,
    sandbox: Annotated[str, typer.Option(help="auto takes the strongest that works")] = "auto",
    trusted: Trust = False,
) -> None:
    """Judge everybody anew, and show whose score is another; the old ones are kept."""
    from grader.classroom import class_run  # noqa: PLC0415
    from grader.classroom.ledger import Ledger  # noqa: PLC0415
    from grader.cli.progress import watching  # noqa: PLC0415
    from grader.process import tiers  # noqa: PLC0415

    ledger = Ledger.open(results)
    tier = tiers.chosen(sandbox, trusted=trusted)
    group = class_run.again(ledger, course.find(exercise), tier.name)
    with ledger.locked(), workers(jobs, "") as pool, watching() as watcher:
        group.run(pool, watcher, again=True)
    changed = list(class_run.changes(ledger))
    for student, before, now in changed:
        said = [
            f"{class_run.word(held)} {held['verdict']['points']['earned']}"
            for held in (before, now)
        ]
        say(f"  changed  {student}: {said[0]} -> {said[1]}")
    if not changed:
        say("No verdict has changed.")
    raise typer.Exit(finish(ledger, []))


@app.command()
def evidence(
    results: Results,
    student: str,
    out: Annotated[Path, typer.Option(help="the zip to write")],
) -> None:
    """Write what one verdict rests on: whoever has it can judge again, and compare."""
    from grader.classroom import evidence as evidences  # noqa: PLC0415

    out.write_bytes(evidences.bundle(_record(results, student)))
    say(f"written  {out} (it holds the secret seed: not for the student)")


@app.command()
def rejudge(
    bundle: Annotated[Path, typer.Argument(metavar="ZIP", help="as grader class evidence made it")],
    *,
    sandbox: Annotated[str, typer.Option(help="auto takes the strongest that works")] = "auto",
    trusted: Trust = False,
) -> None:
    """Judge evidence again, offline. Exit code: 0 the same verdict, 1 another one."""
    from grader.classroom import evidence as evidences  # noqa: PLC0415
    from grader.process import tiers  # noqa: PLC0415

    if not bundle.is_file():
        message = f"{bundle}: there is no such file"
        raise UsageError(message)
    tier = tiers.chosen(sandbox, trusted=trusted)
    found = evidences.rejudge(bundle.read_bytes(), str(bundle), tier.name)
    say(f"{found.student}: {found.before} then, {found.now} now")
    say("the same verdict in everything" if found.same else "NOT the same: see versions in the zip")
    raise typer.Exit(ExitCode.PASSED if found.same else ExitCode.FAILED)


def _record(results: Path, student: str) -> Any:  # noqa: ANN401 - a record, whose module imports late
    from grader.classroom.ledger import Ledger  # noqa: PLC0415

    record = Ledger.open(results).record(student)
    if record is None:
        message = f"{results}: nobody called {student!r} has a verdict there"
        raise UsageError(message)
    return record


@app.command()
def questions(
    exports: Annotated[
        list[Path], typer.Argument(metavar="EXPORTS...", help="progress files, or folders of them")
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="a CSV to write as well")] = None,
) -> None:
    """Say which questions of the lessons a class finds hard, from exported progress files.

    Exit code: 0 every file was read, 2 none was, 3 some were not.
    """
    from grader import lessons, record  # noqa: PLC0415 - other commands start faster
    from grader.classroom import item_statistics as statistics  # noqa: PLC0415

    records, refused = [], []
    for path in statistics.files(exports):
        try:
            records.append(record.read(path))
        except UsageError as problem:
            refused.append(str(problem))
    for message in refused:
        say(f"  left out  {message}")
    if not records:
        message = f"no progress file among {', '.join(map(str, exports))}"
        raise UsageError(message)
    # A unit whose lesson is being written may have no questions yet.
    units = [
        u for u in lessons.lessons(course.course_root()) if (u.folder / "questions.toml").is_file()
    ]
    banks = [*(unit.bank for unit in units), lessons.course_test(course.course_root())]
    items = statistics.count([one for bank in banks for one in bank.questions], records)
    for item in items:
        code, chosen = statistics.most(item)
        begun = f"; {chosen} began with {code}" if code else ""
        sure = f"; {item.misled} sure but wrong" if item.misled else ""
        say(f"{item.first:4} of {item.answered:<4} right at once  {item.question.id}{begun}{sure}")
    say(f"{len(records)} learners, {len(items)} questions, the hardest first")
    if out:
        out.write_text(statistics.table(items), encoding="utf-8")
        say(f"written  {out}")
    raise typer.Exit(ExitCode.UNKNOWN if refused else ExitCode.PASSED)


class Format(StrEnum):
    """What scores can be written for."""

    CSV = "csv"
    CANVAS = "canvas"
    FEEDBACK = "feedback"
    GRADESCOPE = "gradescope"
    JUNIT = "junit"
    PRAIRIELEARN = "prairielearn"
    REPORTS = "reports"


@app.command()
def export(  # noqa: PLR0913 - one parameter an option of the command line
    results: Results,
    to: Annotated[Format, typer.Option(help="the system that reads it")],
    out: Annotated[Path, typer.Option(help="the file or folder to write")],
    *,
    gradebook: Annotated[
        Path | None,
        typer.Option(help="Canvas's own export, to fill in", exists=True, dir_okay=False),
    ] = None,
    column: Annotated[str, typer.Option(help="Canvas's assignment: title or id")] = "",
    roster: Annotated[
        Path | None,
        typer.Option(help="CSV: login, sis_id, canvas_id, ...", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Write the scores for another system; who waits for a person is left blank there."""
    from grader.classroom import class_run, pages  # noqa: PLC0415
    from grader.classroom.exports import (  # noqa: PLC0415
        canvas,
        canvas_feedback,
        gradescope,
        junit,
        prairielearn,
        table,
    )
    from grader.classroom.exports import roster as rosters  # noqa: PLC0415
    from grader.classroom.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger.open(results)
    people = rosters.read(roster.read_bytes(), str(roster)) if roster else {}
    scores = class_run.scores(ledger, people)
    if to is Format.CANVAS:
        if gradebook is None or not column:
            message = (
                "--to canvas fills in Canvas's own file: export the gradebook there, then name it "
                "with --gradebook, and the assignment with --column"
            )
            raise UsageError(message)
        known = people or None
        filled = canvas.fill(gradebook.read_bytes(), column, scores, known, name=str(gradebook))
        out.write_bytes(filled)
    elif to is Format.CSV:
        out.write_text(table.table(scores), encoding="utf-8")
    elif to is Format.JUNIT:
        out.write_bytes(junit.junit(scores))
    elif to is Format.REPORTS:
        out.mkdir(parents=True, exist_ok=True)
        for score in scores:
            page = pages.feedback_page(course.find(score.exercise), score)
            (out / f"{score.student}.html").write_text(page, encoding="utf-8")
    elif to is Format.FEEDBACK:
        texts = {record["file"]: record["report"].encode() for record in ledger.records()}
        out.write_bytes(canvas_feedback.feedback_zip(texts, ".txt"))
    else:
        write = gradescope.results if to is Format.GRADESCOPE else prairielearn.results
        out.mkdir(parents=True, exist_ok=True)
        for score in scores:
            (out / f"{ledger.id(score.student)}.json").write_text(write(score), encoding="utf-8")
    say(f"written  {out}")
