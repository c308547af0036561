"""``grader quiz``: the questions of a unit in the terminal, with the record that the site keeps."""

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader import course, workspace
from grader.cli.console import say
from grader.cli.learner import app
from grader.cli.standing import results
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.questions import Bank, Question
    from grader.record import Entry, Record

_CODE = 6  # columns by which code is indented
_COURSE = "course"
_KEYS = "? for a hint, s to skip, q to stop"


class _StopError(Exception):
    """The learner has had enough."""


@app.command()
def quiz(
    name: Annotated[
        str,
        typer.Argument(metavar="EX|course", help="by default the first unit that is not passed"),
    ] = "",
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="those that are right and not due, too")
    ] = False,
    take: Annotated[
        Path | None, typer.Option("--import", help="take over a file that the site exported")
    ] = None,
    give: Annotated[
        Path | None, typer.Option("--export", help="write a file that the site takes over")
    ] = None,
) -> None:
    """Ask a unit's questions; what you answer is kept, and the site reads the same record.

    `quiz course` goes over all units. Wrong ones come first, then new ones, then what is due.
    """
    from grader import record  # noqa: PLC0415 - the other commands start faster without

    kept = record.Record(workspace.record_file())
    if take:
        newer, held = kept.take(take)
        say(f"{newer} answers taken over; {held} were newer here, and stay.")
    if give:
        give.write_text(record.exported(kept.entries(), results()), encoding="utf-8")
        say(f"{len(kept.entries())} answers written to {workspace.shown(give)}.")
    if take or give:
        return
    unit, bank = _meant(name)
    entries, now = kept.entries(), record.milliseconds()
    asked = {one.id: one for one in bank.questions}
    again = record.order({one: entries[one] for one in asked if one in entries}, now)
    new = [one for one in asked if one not in entries or everything]
    names = dict.fromkeys([*(n for n in again if not entries[n]["right"]), *new, *again])
    try:
        for number, one in enumerate(names, 1):
            _ask(asked[one], number, len(names), kept)
    except (_StopError, EOFError, KeyboardInterrupt):
        say("\nStopped; what you answered is kept.")
    _close(kept, unit, bank)


def _meant(name: str) -> "tuple[str, Bank]":
    """Return the unit or test that a learner means, and its questions.

    Raises:
        UsageError: it has none.
    """
    from grader import lessons  # noqa: PLC0415

    root = course.course_root()
    banks = {lesson.name: lesson.bank for lesson in lessons.lessons(root)}
    if (over_all := lessons.course_test(root)).questions:
        banks[_COURSE] = over_all
    unit = name.lower()
    if unit != _COURSE:
        unit = (course.find(name) if name else workspace.following() or course.exercises()[-1]).name
    if unit not in banks:
        message = f"{unit} has no questions here; there are {', '.join(banks)}"
        raise UsageError(message)
    return unit, banks[unit]


def _ask(question: "Question", number: int, count: int, kept: "Record") -> None:
    """Ask one question until it is right, skipped, or enough."""
    from grader import quiz as asking  # noqa: PLC0415

    for paragraph in asking.shown(question, number, count):
        _tell(paragraph)
    while True:
        typed = _typed(f"Your answer ({asking.how(question)}; {_KEYS}): ")
        if typed == "?":
            _tell(f"  Hint: {question.hint}")
            continue
        if typed.lower() == "s":
            for paragraph in asking.solution(question) if _wants("Show its solution?") else ():
                _tell(paragraph)
            return
        given = asking.answer(question, typed)
        if given is None:
            _tell(f"  That is no answer to it. Type {asking.how(question)}; {_KEYS}.")
            continue
        sure = _wants("Are you sure?")
        right = asking.judge(question, given)
        kept.note(question.id, right=right, sure=sure, given=given)
        for paragraph in asking.said(question, given, right=right, sure=sure):
            _tell(paragraph)
        if right:
            _tell(f"  Quick check: {question.check}\n")
            return


def _close(kept: "Record", unit: str, bank: "Bank") -> None:
    """Say the score, that of each unit where there are several, and where to read again."""
    entries = kept.entries()
    say(f"{unit}: {_score(bank.questions, entries)}.")
    if unit == _COURSE:
        for number in sorted({one.unit_number for one in bank.questions if one.id in entries}):
            of_unit = tuple(one for one in bank.questions if one.unit_number == number)
            say(f"  Unit {number}: {_score(of_unit, entries)}.")
    wrong = [one for one in bank.questions if not entries.get(one.id, {"right": True})["right"]]
    for section in dict.fromkeys(one.section for one in wrong):
        path, _, anchor = section.partition("#")
        folder, _, page = path.rpartition("/")
        where = f"{(folder or unit)[:4]} {page.removesuffix('.md')}"
        say(f"  Read again: {workspace.command()} read {where}, {anchor}")
    say(f"  Kept in {workspace.shown(kept.path)}; --export writes it for the site's page.")


def _score(questions: "Sequence[Question]", entries: "Mapping[str, Entry]") -> str:
    from grader import record  # noqa: PLC0415

    score = record.score(questions, entries)
    points = f"{score.points} of {score.most} points"
    return f"{points}, {score.right} right and {score.answered} answered of {score.count}"


def _wants(asked: str) -> bool:
    while True:
        given = _typed(f"{asked} (y or n): ").strip().lower()
        if given[:1] in {"y", "n"}:
            return given.startswith("y")


def _typed(prompt: str) -> str:
    """Return a line; q ends the sitting."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    if not sys.stdin.isatty():
        sys.stdout.write("\n")
    if line.strip().lower() == "q":
        raise _StopError
    return line.strip()


def _tell(text: str) -> None:
    """Print a paragraph; code keeps its lines, and what is indented stays so where it wraps."""
    console = Console(highlight=False, markup=False, emoji=False)
    for line in text.splitlines() or [""]:
        indent = len(line) - len(line.lstrip())
        if indent >= _CODE:
            console.print(line, soft_wrap=True)
            continue
        hanging = " " * (indent + 3 * bool(indent))
        wrapped = textwrap.wrap(
            line, min(console.width, 100), subsequent_indent=hanging, break_on_hyphens=False
        )
        console.print("\n".join(wrapped) or "", soft_wrap=True)
