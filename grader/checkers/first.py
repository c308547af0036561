"""What do several checkers hold against one trial? The first thing, in their order."""

from collections.abc import Sequence

from grader.checkers.trajectory import Checker
from grader.history import History, Phase
from grader.verdict import Finding


def first_finding(holds: Sequence[Checker], history: History, baseline: Phase) -> Finding | None:
    """Return what the first checker that is not content says, None where all are."""
    return next(filter(None, (checker(history, baseline) for checker in holds)), None)
