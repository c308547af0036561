"""Which points count, and a score from a judge's record."""

from typing import Any

from grader.classroom.scores import Score, Status

_STATUS: dict[str, Status] = {"passed": "passed", "failed": "failed"}


def counting(score: Score) -> float | None:
    """Return the points that count: a person's if one gave some, else the grader's.

    None while a person has to decide, and where nothing was handed in: that too is a person's
    decision.
    """
    if score.override is not None:
        return score.override.points
    return score.points if score.status in _STATUS else None


def number(points: float) -> str:
    """Return points as text, with at most the two decimals that Canvas shows: 3, 2.5, 0.33."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def why(score: Score) -> str:
    """Return one line that says why there are no points to count; "" where there are."""
    if counting(score) is not None:
        return ""
    if score.status == "not handed in":
        return score.reason or "not handed in"
    return f"a person has to grade this: {score.reason or 'the grader could not decide'}"


def from_record(student: str, record: dict[str, Any]) -> Score:
    """Return the score that a record of `grader.classroom.judging.judge` stands for.

    Its points are None as long as one check is undecided.
    """
    verdict = record["verdict"]
    points = verdict["points"]
    status: Status = (
        "by hand" if points["undecided"] else _STATUS.get(verdict["verdict"], "by hand")
    )
    reasons = [verdict["reason"], *(check["reason"] for check in verdict["checks"])]
    return Score(
        student=student,
        exercise=verdict["exercise"],
        status=status,
        points=None if status == "by hand" else points["earned"],
        total=points["total"],
        checks=verdict["checks"],
        diagnoses=[diagnosis["name"] for diagnosis in verdict["diagnoses"]],
        reason="; ".join(dict.fromkeys(filter(None, reasons))) if status == "by hand" else "",
        report=record["report"],
        seconds=record.get("seconds", 0.0),
    )
