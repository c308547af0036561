"""What is tried, and how one process of it is run: told of each moment whether it dies there."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from grader.faults.lane import Lane
from grader.faults.order import order_of
from grader.faults.schedule import Schedule, Signal
from grader.history import Bounds, Case, Moment, Phase
from grader.process.conductor import Order, Supervisor
from grader.process.limits import Limits
from grader.process.phase import run_phase
from grader.process.servers import Job
from grader.workloads.workload import COMPARED, PROGRAM, Workload


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: a workload, and who saves and loads it.

    Attributes:
        learner: the learner's file; None where nobody of theirs is needed.
        calls: the file that calls it, "everything" for the built-in keeper, "" for nobody.
        challenges: the challenge of every step; one vector for a whole verdict.
        functions: names that the learner's file must define.
        cases: what they are asked, by name, where nothing is trained.
    """

    workload: Workload
    learner: Path | None
    calls: str
    challenges: tuple[bytes, ...]
    limits: Limits = field(default_factory=Limits)
    functions: tuple[str, ...] = ()
    cases: Mapping[str, Case] = field(default_factory=dict)

    def under(self, schedule: Schedule) -> Self:
        """Return what is tried with as many loading processes as *schedule* has."""
        if schedule.workers == self.workload.workers:
            return self
        return replace(self, workload=self.workload.with_settings(workers=schedule.workers))


@dataclass(slots=True)
class _Conductor:
    """Tells one process what the schedule has for it."""

    subject: Subject
    bounds: Bounds
    strike: Moment | None
    digests: int
    only_load: bool = False
    cases: int = 0
    signals: list[Signal] = field(default_factory=list)
    meanwhile: Callable[[Moment], None] = lambda _: None
    order: Order = field(init=False)

    def __post_init__(self) -> None:
        self.order = order_of(self.subject.workload, saves=bool(self.subject.calls))

    def allows(self, position: int) -> bool:
        return not self.only_load and self.bounds.allow(position)

    def challenge(self, step: int) -> bytes | None:
        challenges = self.subject.challenges
        return challenges[step] if 0 <= step < len(challenges) else None

    def strikes(self, moment: Moment) -> bool:
        self.meanwhile(moment)
        return moment == self.strike

    def settles(self, moment: Moment) -> bool:
        return self.subject.workload.background and (moment.mark == "save" or moment == self.strike)

    def signals_at(self, moment: Moment) -> list[tuple[int, bool]]:
        due = [signal for signal in self.signals if signal.at == moment]
        self.signals = [signal for signal in self.signals if signal.at != moment]
        return [(signal.number, signal.to_group) for signal in due]


def run_once(  # noqa: PLR0913 - each names one thing that may differ between processes
    subject: Subject,
    lane: Lane,
    number: int = 0,
    *,
    bounds: Bounds | None = None,
    strike: Moment | None = None,
    exchange: int | None = None,
    supervisor: Supervisor | None = None,
    signals: Sequence[Signal] = (),
    meanwhile: Callable[[Moment], None] = lambda _: None,
    **arguments: Any,  # noqa: ANN401 - whatever the program takes
) -> Phase:
    """Run one process of *subject* in the lane's folder as it stands.

    *meanwhile* is told of every moment while the process waits there.
    """
    digests = len(COMPARED) if arguments.get("digests", True) else 0
    everywhere = Bounds(0, subject.workload.steps)
    only_load = arguments.pop("only_load", False)
    cases = arguments.get("cases", 0)
    conductor = _Conductor(
        subject, bounds or everywhere, strike, digests, only_load, cases, [*signals], meanwhile
    )
    job = Job(
        PROGRAM,
        subject.learner,
        lane.server(number).inside(lane.folder),
        {
            "workload": subject.workload.arguments(),
            "calls": subject.calls,
            "functions": subject.functions,
            **arguments,
        },
        subject.limits,
        lane.outside and lane.server(number).inside(lane.outside),
        supervisor.watch if supervisor else "",
    )
    return run_phase(lane.server(number), job, conductor, exchange, supervisor)


def challenge_vector(seed: int, steps: int, size: int) -> tuple[bytes, ...]:
    """Return the challenges of a whole verdict: the same for the same seed, so that it replays."""
    # From some challenges nobody can compute the others without trying every seed.
    stream = hashlib.shake_256(f"challenge {seed}".encode()).digest(steps * size)
    return tuple(stream[at : at + size] for at in range(0, len(stream), size))
