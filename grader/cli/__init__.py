"""Which commands are there? Argument parsing and printing only; a file for each kind of person."""

import os
import sys
import tempfile
import traceback
from typing import NoReturn

from rich.console import Console

from grader.cli import asking as asking  # each file adds its commands to those of learners
from grader.cli import author, classroom, learner
from grader.cli import find as find
from grader.cli import quiz as quiz
from grader.cli import replay as replay
from grader.cli import scores as scores  # and this one to those of a class
from grader.cli import standing as standing
from grader.cli import watch as watch
from grader.errors import GraderError, MachineError, UsageError
from grader.verdict import ExitCode

app = learner.app
app.add_typer(author.app, name="author")
app.add_typer(classroom.app, name="class")


def main() -> NoReturn:
    """Run the command; every error of ours becomes a sentence and an exit code."""
    try:
        app(standalone_mode=True)
    except UsageError as problem:
        _complain(problem, ExitCode.USAGE)
    except MachineError as problem:
        _complain(problem, ExitCode.UNKNOWN)
    except GraderError as problem:
        _complain(problem, ExitCode.USAGE)
    except Exception as problem:  # noqa: BLE001 - nobody should have to read a traceback of ours
        _complain(_our_fault(problem), ExitCode.UNKNOWN)
    sys.exit(0)


def _our_fault(problem: Exception) -> GraderError:
    """Keep the traceback in a file, and say where it is."""
    handle, name = tempfile.mkstemp(prefix="grader-", suffix=".log")
    with os.fdopen(handle, "w") as log:
        traceback.print_exception(problem, file=log)
    return MachineError(
        f"this is our fault, not yours: {type(problem).__name__}: {problem}. Nothing is lost; "
        f"the details are in {name}, please send them to us."
    )


def _complain(problem: GraderError, code: ExitCode) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"grader: {problem}", markup=False, highlight=False)
    sys.exit(code)
