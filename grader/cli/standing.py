"""Where a learner stands, and what comes next: ``grader list`` and ``grader next``."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import course, workspace
from grader.cli.console import say
from grader.cli.learner import app
from grader.course import Exercise


@app.command("list")
def list_() -> None:
    """Show every unit: the best of your runs, points, quiz, minutes; then what comes next."""
    from grader import lessons, record  # noqa: PLC0415 - the other commands start faster without

    banks = {lesson.name: lesson.bank for lesson in lessons.lessons(course.course_root())}
    answered = record.Record(workspace.record_file()).entries()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("unit", "title", "your run"):
        table.add_column(title, no_wrap=title == "unit", overflow="fold")
    for title in ("points", "quiz", "min"):
        table.add_column(title, justify="right", no_wrap=True)
    earned = total = 0
    for exercise in course.exercises():
        said, got = _standing(exercise)
        most = sum(check.points for check in exercise.checks)
        earned, total = earned + got, total + most
        quiz = (
            record.score(banks[exercise.name].questions, answered)
            if exercise.name in banks
            else None
        )
        told = f"{quiz.right}/{quiz.count}" if quiz else "-"
        facts = (exercise.title, said, f"{got}/{most}", told, str(exercise.minutes))
        table.add_row(exercise.name[:4], *map(Text, facts))
    Console().print(table)
    following = workspace.following()
    comes = f"next is {following.name[:4]}: {workspace.command()} next" if following else "all done"
    say(f"{earned} of {total} points; {comes}")


def _standing(exercise: Exercise) -> tuple[str, int]:
    """Return what came of the learner's own file so far, and its points."""
    if workspace.passed(exercise):
        return "passed", sum(check.points for check in exercise.checks)
    if not workspace.own_file(exercise).exists():
        return "not begun", 0
    last = workspace.last_own_verdict(exercise)
    if not last:
        return "begun", 0
    names = ", ".join(one["name"] for one in last.get("diagnoses", []))
    return " ".join(filter(None, (last["verdict"], names))), _points(last)


def results() -> dict[str, dict[str, str | int]]:
    """Return what came of each exercise that was run, as a progress file holds it."""
    found: dict[str, dict[str, str | int]] = {}
    for exercise in course.exercises():
        most = sum(check.points for check in exercise.checks)
        if workspace.passed(exercise):
            found[exercise.name] = {"verdict": "passed", "points": most, "most": most}
        elif last := workspace.last_own_verdict(exercise):
            verdict, points = str(last["verdict"]), _points(last)
            found[exercise.name] = {"verdict": verdict, "points": points, "most": most}
    return found


def _points(stored: Mapping[str, Any]) -> int:
    earned = stored.get("points", {}).get("earned", 0)
    return earned if isinstance(earned, int) else 0


@app.command("next")
def next_() -> None:
    """Say which exercise comes next, and put its file into answers/."""
    exercise = workspace.following()
    if exercise is None:
        say("Every exercise is passed.")
        return
    path, _ = workspace.start(exercise)
    say(f"{exercise.name}  {exercise.title}, about {exercise.minutes} minutes")
    short, command = exercise.name[:4], workspace.command()
    site = " (with figures and questions: make site)" * (exercise.root / "Makefile").is_file()
    say(f"  read  {command} read {short}{site}")
    say(f"        {command} read {short} build, which says what you are given")
    say(f"  edit  {workspace.shown(path)}")
    say(f"  then  {command} run {short}")
    say(f"  or    {command} watch {short}, which runs each time you save")
