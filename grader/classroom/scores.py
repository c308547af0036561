"""What a student gets for an exercise: points, or a reason why a person has to decide.

Unknown is never 0: its points are None until somebody grades by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["passed", "failed", "by hand", "not handed in"]


@dataclass(frozen=True, slots=True)
class Override:
    """A score that a person has given instead, and why."""

    points: float
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Score:
    """One student's result in one exercise.

    Attributes:
        student: who, as the hand-in or the roster names them.
        points: None while a person has to decide.
        total: points of the whole exercise.
        checks: the verdict's checks, as `grader.report.machine` writes them.
        diagnoses: what was forgotten, by name.
        reason: why a person has to decide, empty otherwise.
        late: handed in after the deadline; the points are not changed by it.
        report: the report for people, as plain text.
    """

    student: str
    exercise: str
    status: Status
    points: float | None
    total: int
    checks: Sequence[dict[str, Any]] = ()
    diagnoses: Sequence[str] = ()
    reason: str = ""
    late: bool = False
    report: str = ""
    seconds: float = 0.0
    override: Override | None = None
