"""Where the learner's files are: answers/ and runs/, which file is graded, and what comes next."""

import itertools
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.course import Exercise, exercises
from grader.errors import UsageError
from grader.store import Store

ANSWERS = "answers"
RUNS = "runs"


def home() -> Path:
    """Return the folder of answers/ and runs/: here, or the nearest one above that has them."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ANSWERS).is_dir():
            return folder
    return here


def runs() -> Store:
    """Return the store of all runs."""
    return Store(home() / RUNS)


def record_file() -> Path:
    """Return where the learner's answers to the questions are kept."""
    return home() / RUNS / "record.json"


def own_file(exercise: Exercise, into: Path | None = None) -> Path:
    """Return where the learner's file of an exercise is, or would be."""
    return (into or home() / ANSWERS) / exercise.name / exercise.edit[0]


def passed(exercise: Exercise) -> bool:
    """Say whether a run of the learner's own file has passed."""
    return runs().passed(exercise.name, own_file(exercise))


def command() -> str:
    """Return how the learner typed this program, so that a printed command works when copied."""
    called = Path(sys.argv[0])
    if called.name != "grader":
        return f"{shown(Path(sys.executable))} -m grader"
    on_path = shutil.which("grader")
    if on_path and Path(on_path).samefile(called):
        return "grader"
    return shown(called)


def start(exercise: Exercise, into: Path | None = None, notebook: str = "") -> tuple[Path, bool]:
    """Return the learner's file of an exercise, and whether it was put there just now.

    With the text of a *notebook*, that is the file. One that exists is never overwritten.
    """
    target = own_file(exercise, into)
    if notebook:
        target = target.with_name(f"{exercise.name}.ipynb")
    if target.exists():
        return target, False
    target.parent.mkdir(parents=True, exist_ok=True)
    if notebook:
        target.write_text(notebook, encoding="utf-8")
    else:
        shutil.copyfile(exercise.stub, target)
    return target, True


def reset(exercise: Exercise, notebook: str = "") -> tuple[Path, Path | None]:
    """Put the exercise's own file back; return it, and where a copy of the learner's is kept.

    With the text of a *notebook*, that one is put back. Nothing is kept where nothing was changed.
    """
    target = own_file(exercise)
    if notebook:
        target = target.with_name(f"{exercise.name}.ipynb")
    fresh = notebook.encode() if notebook else exercise.stub.read_bytes()
    kept = None
    if target.exists() and target.read_bytes() != fresh:
        kept = _unused(target, datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S"))
        target.replace(kept)
    start(exercise, notebook=notebook)
    return target, kept


def _unused(target: Path, stamp: str) -> Path:
    """Return a name beside a file that says when, and that nothing takes for an answer."""
    for number in itertools.count(1):
        more = "" if number == 1 else f"-{number}"
        path = target.with_name(f"{target.name}.{stamp}{more}")
        if not path.exists():
            break
    return path


def chosen(exercise: Exercise, file: Path | None, *, solution: bool) -> Path:
    """Return the file to grade: the one named, the worked solution, or the learner's own.

    Raises:
        UsageError: there is no such file; the message says what to type instead.
    """
    if file and solution:
        message = "--file and --solution exclude each other: name one of them."
        raise UsageError(message)
    if solution:
        if not exercise.solution.is_file():
            message = (
                f"no worked solution of {exercise.name} is here: a class's bundle has none. "
                "grader hint helps in small steps."
            )
            raise UsageError(message)
        return exercise.solution
    if file is None:
        return start(exercise)[0]
    if not file.exists():
        message = (
            f"{file} does not exist. Name a Python file, or leave --file out: then "
            f"{ANSWERS}/{exercise.name}/{exercise.edit[0]} is graded."
        )
        raise UsageError(message)
    if not file.is_file():
        message = (
            f"{file} is a folder. Name the Python file in it, such as {file / 'checkpoint.py'}."
        )
        raise UsageError(message)
    return file


def following() -> Exercise | None:
    """Return the first exercise that the learner has not passed, None when all are."""
    return next((exercise for exercise in exercises() if not passed(exercise)), None)


def last_verdict(exercise: Exercise) -> dict[str, Any]:
    """Return what the newest run of an exercise said, empty when there is none to read."""
    newest = runs().latest(exercise.name)
    return runs().verdict(newest) if newest else {}


def last_own_verdict(exercise: Exercise) -> dict[str, Any]:
    """Return what the newest whole run of the learner's own file said, empty when there is none."""
    own = own_file(exercise).resolve()
    for run in reversed(runs().runs(exercise.name)):
        held = runs().verdict(run)
        if held.get("whole") is not False and Path(str(held.get("file"))).resolve() == own:
            return held
    return {}


def shown(path: Path) -> str:
    """Return a path as short as it can be typed from here."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)
