"""Gradings built by hand, without a process."""

from dataclasses import dataclass, replace

from grader import course
from grader.history import History, Moment, Phase, Step, Trouble
from grader.verdict import CheckResult, Failed, Finding, Outcome, Passed, Unknown, Verdict
from grader.workloads.workload import COMPARED

EXERCISE = course.find("ex01")
FILE = "/home/ada/my answers/checkpoint.py"
REPLAY = "grader run ex01 --fault kill@20:backward --seed 7"
TITLES = [check.title for check in EXERCISE.checks]
POINTS = [check.points for check in EXERCISE.checks]
STATE_LOST = ("parameters", "optimizer.step", "optimizer.moments")


@dataclass
class Graded:
    """What `grader.grade` returns, built by hand."""

    outcome: Outcome
    baseline: Phase | None = None
    counterexample: History | None = None


def planned(number):
    """Return how many schedules a check has."""
    return len(EXERCISE.checks[number].faults(EXERCISE.workload))


def results(*verdicts: Verdict) -> tuple[CheckResult, ...]:
    """Return one result a verdict, in the order of the exercise's checks."""
    return tuple(
        CheckResult(TITLES[at], POINTS[at], verdict, planned(at), planned(at))
        for at, verdict in enumerate(verdicts)
    )


def outcome(*verdicts: Verdict, **changes) -> Outcome:
    """Return an outcome with these verdicts on the first checks."""
    made = Outcome(EXERCISE.name, 7, "exhaustive", FILE, results(*verdicts), kills=109, resumes=27)
    return replace(made, reused=78, stages={"start": 3.25, "checks": 2.5}, **changes)


def steps(first, last, different=(), *, digests=True):
    """Return steps with made-up losses; from 16 on the items *different* have other digests."""
    made = []
    for index in range(first, last):
        row = tuple(
            bytes([index, at, index >= 16 and item in different])
            for at, item in enumerate(COMPARED)
        )
        loss = 3.0 / (1 + index) + (0.25 if different and index > 16 else 0.0)
        made.append(Step(index, loss, row if digests else ()))
    return made


def baseline():
    """Return the training uninterrupted."""
    return Phase("A", 0, steps(0, 24))


def trajectory(items=STATE_LOST, schedule="kill@20:backward", phase=1):
    """Return the finding that *items* differ in step 16."""
    return Finding(
        "trajectory", schedule, phase, "the baseline's bits in every compared item",
        f"{items[0]} differs first, at step 16", items[0], 16, differing=items,
    )  # fmt: skip


def killed_and_resumed(different=STATE_LOST):
    """Return a trial: killed in step 20, resumed at step 16."""
    first = Phase("A", 0, steps(0, 20, digests=False), 16, Moment(20, "backward"), -9)
    return History(
        "kill@20:backward", [first, Phase("B", 16, steps(16, 24, different), 24, exit=0)]
    )


def missing_optimizer():
    """Return a FAIL with a proof."""
    found = Failed(trajectory(), ("missing_optimizer",), ("optimizer.step", "optimizer.moments"))
    made = outcome(Passed(), found, Passed(), Passed())
    return Graded(made, baseline(), killed_and_resumed())


def trouble(kind, where, text, names=("save_raises",)):
    """Return a FAIL whose process ended by itself."""
    lead = text.splitlines()[-1]
    found = Finding(
        kind, "none", 0, "a process that runs until it is killed or done", lead,
        where=where, text=text,
    )  # fmt: skip
    made = outcome(Failed(found, names), Passed(), Passed(), Passed())
    ended = Phase(
        "A", 0, steps(0, 8), trouble=Trouble(kind, where, text), output="said <b>this</b>"
    )
    return Graded(made, baseline(), History("none", [ended]))


def passed():
    """Return a PASS."""
    return Graded(outcome(Passed(), Passed(), Passed(), Passed()), baseline())


def unknown(reason="the fork server died"):
    """Return an UNKNOWN that ended the grading."""
    return Graded(outcome(Passed(), reason=reason))


def one_unknown():
    """Return an UNKNOWN of one check among passes."""
    made = outcome(Passed(), Passed(), Passed(), Unknown("a checker of ours failed"))
    return Graded(made, baseline())
