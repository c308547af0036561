"""Is what the learner's functions answered right?

An answer is JSON, written by the exercise's calls.py beside the learner's code: whatever bytes it
is, it is only read here. Two answers are equal if they are the same text once their keys are
sorted: a float has the same bits then, and 1 is not 1.0.
"""

import json
from typing import Any

from grader.history import History, Phase, Trouble
from grader.verdict import Finding

Wrong = tuple[str, str]
"""What was expected, and what was found."""

ANSWER = "an answer"
"""What is expected of a process where no exception is due."""

_WIDE = 160
_UNREADABLE = object()


def answered(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that a process ended otherwise than with an answer."""
    for number, phase in enumerate(history.phases):
        if phase.trouble:
            return _ended(history, number, phase.trouble)
        if history.case and read(phase) is _UNREADABLE:
            return not_ours(history, number)
    return None


def as_due(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that an answer is not the one that its case is due."""
    if history.case is None:
        return None
    due = history.case.due
    for number, phase in enumerate(history.phases):
        held = read(phase)
        if _text(held) != _text(due):
            expected, found = _apart(due, held)
            why = f": {history.case.why}" if history.case.why else ""
            return Finding("answer", history.schedule, number, f"{expected}{why}", found)
    return None


def read(phase: Phase) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the answer to the only case; what is no JSON is equal to nothing."""
    try:
        return json.loads(phase.answers[0])
    except (IndexError, ValueError, RecursionError):
        return _UNREADABLE


def not_ours(history: History, number: int) -> Finding:
    """Hold against a process that it answered what no call of ours sends."""
    trouble = Trouble("protocol", "case", "an answer that no call of ours sends")
    return _ended(history, number, trouble)


def _ended(history: History, number: int, trouble: Trouble) -> Finding:
    last = trouble.text.rstrip().rpartition("\n")[2]
    refusal = history.case.refusal if history.case and trouble.kind == "raises" else ""
    return Finding(
        trouble.kind, history.schedule, number, refusal or ANSWER, last, where=trouble.where,
        text=trouble.text,
    )  # fmt: skip


def _apart(due: Any, held: Any) -> Wrong:  # noqa: ANN401 - two JSON values
    """Return both answers as texts; of two tables, the first entry that differs."""
    if isinstance(due, dict) and isinstance(held, dict) and set(due) == set(held):
        name = next(key for key in due if _text(due[key]) != _text(held[key]))
        return f"{name} {_shown(due[name])}", f"{name} {_shown(held[name])}"
    return _shown(due), _shown(held)


def _shown(held: Any) -> str:  # noqa: ANN401 - a JSON value
    text = _text(held)
    return text if len(text) <= _WIDE else f"{text[:_WIDE]}…"


def _text(held: Any) -> str:  # noqa: ANN401 - a JSON value
    return "no JSON" if held is _UNREADABLE else json.dumps(held, sort_keys=True)
