"""What the judge says: Passed, Failed or Unknown, and how the verdicts of several checks make one.

Failed beats Unknown beats Passed: a counterexample stands whatever else could not be seen, and
nothing passes that was not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a checker holds against one trial.

    Attributes:
        kind: "trajectory", "progress", "files", "refusal", or a trouble's kind.
        schedule: id of the trial's schedule.
        phase: number of the process that it is held against.
        expected, found: one line each, without machine-dependent numbers.
        item, step: the first item to differ, and at which step, for a trajectory.
        where: whose code was running, for a trouble.
        text: what the process said, for a trouble.
        differing: every item that differs at that step.
    """

    kind: str
    schedule: str
    phase: int
    expected: str
    found: str
    item: str = ""
    step: int = -1
    where: str = ""
    text: str = ""
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """Every trial held."""

    word = "passed"


@dataclass(frozen=True, slots=True)
class Failed:
    """A counterexample, with its cause as far as it is known.

    Attributes:
        diagnoses: names in the catalog; never empty.
        proved: state items whose transplant made the rest exact; empty without a proof.
        evidence: sentences of what was seen, for the report.
    """

    finding: Finding
    diagnoses: tuple[str, ...]
    proved: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    word = "failed"

    @property
    def name(self) -> str:
        """The diagnoses as one word."""
        return "_and_".join(self.diagnoses)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing can be said, and why; never the learner's loss."""

    reason: str
    word = "unknown"


Verdict = Passed | Failed | Unknown


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one check, with its points and what was tried for it."""

    title: str
    points: int
    verdict: Verdict
    trials: int = 0
    trials_planned: int = 0

    @property
    def earned(self) -> int | None:
        """Points earned; None where a person has to look."""
        return {"passed": self.points, "failed": 0}.get(self.verdict.word)


SECRET = -1
"""In the place of a seed, in an outcome whose report goes to somebody who must not know it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything about one grading.

    Attributes:
        fault: id of the one schedule that was asked for, "" where all were tried.
        searched: schedules of several kills that a search tried beyond those of the checks.
        device: where it was trained in new interpreters, "" for warm ones on the CPU.
    """

    exercise: str
    seed: int
    mode: str
    file: str
    checks: tuple[CheckResult, ...] = ()
    reason: str = ""
    kills: int = 0
    resumes: int = 0
    reused: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    sandbox: str = "none"
    fault: str = ""
    searched: int = 0
    device: str = ""

    @property
    def whole(self) -> bool:
        """Whether every fault of every check was to be tried: not one alone, nor a few."""
        return bool(self.checks) and not self.fault and not self.device and not self.reason

    @property
    def verdict(self) -> Verdict:
        """The one verdict that all checks make."""
        if self.reason:
            return Unknown(self.reason)
        return combine([check.verdict for check in self.checks])

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that says it."""
        words = {
            "passed": ExitCode.PASSED,
            "failed": ExitCode.FAILED,
            "unknown": ExitCode.UNKNOWN,
        }
        return words[self.verdict.word]


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of all: the first failure, else the first unknown, else passed."""
    for kind in (Failed, Unknown):
        for verdict in verdicts:
            if isinstance(verdict, kind):
                return verdict
    return Passed() if verdicts else Unknown("nothing was checked")
