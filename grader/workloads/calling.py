"""The learner's functions, called so that whatever they raise is reported and nothing unwinds."""

import ast
import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path

from grader.process.child import describe
from grader.process.probe import Probe
from grader.workloads.sampled import WrongReturnError


class InCallError(Exception):
    """A learner's function raised in the middle of a training."""

    def __init__(self, call: str, text: str) -> None:
        """Say in which call, and what."""
        super().__init__(text)
        self.call, self.text = call, text


def has_functions(names: list[str], learner: types.ModuleType | None, probe: Probe) -> bool:
    """Say whether the learner's file has all of these; report the first that it lacks."""
    for name in names if learner else ():
        if not hasattr(learner, name):
            probe.failed("import", f"checkpoint.py has no function {name}()")
            return False
    return True


def imports_ours(learner: types.ModuleType | None, probe: Probe) -> bool:
    """Say whether the learner's file imports the grader; report the line.

    Where functions are asked for answers, ours would give them.
    """
    text = Path(str(learner.__file__)).read_text(encoding="utf-8") if learner else ""
    for node in ast.walk(ast.parse(text)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names = [str(node.module)] if isinstance(node, ast.ImportFrom) else names
        for name in names:
            if name.partition(".")[0] == "grader":
                line = getattr(node, "lineno", 0)
                probe.failed("import", f"checkpoint.py imports grader, line {line}: import {name}")
                return True
    return False


def guarded(probe: Probe, call: str, action: Callable[[], None]) -> bool:
    """Run *action*; report an exception as one of *call* and return False."""
    try:
        action()
    except WrongReturnError as problem:
        probe.note("wrong return")
        probe.failed(call, str(problem))
        return False
    except InCallError as problem:
        probe.failed(problem.call, problem.text)
        return False
    except SystemExit:
        raise
    except BaseException as problem:  # noqa: BLE001 - CheckpointException for one is no Exception
        probe.failed(call, describe(problem))
        return False
    return True


def calls_of(where: str) -> types.ModuleType | None:
    """Return the file that calls the learner's functions; it is ours, and read anew."""
    if not where:
        return None
    if where == "everything":
        return importlib.import_module("grader.workloads.everything")
    module = types.ModuleType("calls")
    module.__file__ = where
    sys.modules["calls"] = module
    exec(compile(Path(where).read_bytes(), where, "exec"), module.__dict__)  # noqa: S102 - a file of the exercise
    return module
