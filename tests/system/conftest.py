"""What tests with real processes share: warm fork servers and a short exercise 1."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from grader import course
from grader.course import Check, Exercise
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.grade import Graded, Request, grade
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM, Workload
from tests.system.leftovers import MARK, processes

SEED = secrets.randbits(63)
"""Of all challenges in a session; nobody can guess it, and a report prints it."""
SECONDS = 3.0
"""What a phase may take here: it needs a tenth of one, and some programs never end."""
_FIRST, _MORE = 3, 9

Judge = Callable[..., Graded]


@dataclass(frozen=True)
class Short(Exercise):
    """An exercise with a sample of its kills: the first three and nine more."""

    @property
    def checks(self) -> list[Check]:
        """The exercise's own checks, with fewer faults where there are many."""
        return [replace(check, faults=_fewer(check)) for check in self.checked.CHECKS]


def _fewer(check: Check) -> Callable[[Workload], list[Schedule]]:
    def faults(workload: Workload) -> list[Schedule]:
        planned = check.faults(workload)
        return planned[:_FIRST] + kill.sample(planned[_FIRST:], _MORE, seed=1)

    return faults


@pytest.fixture(scope="session")
def exercise() -> Exercise:
    """Return exercise 1 with fewer kills and little patience."""
    held = course.find("ex01")
    facts = {fact.name: getattr(held, fact.name) for fact in fields(held)}
    return Short(**{**facts, "limits": replace(held.limits, seconds=SECONDS)})


class Warm:
    """Fork servers that live as long as the session, and are replaced when a test broke them."""

    def __init__(self) -> None:
        """Start none yet."""
        self._held: ForkServers | None = None

    def get(self) -> ForkServers:
        """Return two that can take a job. Call it from the main thread, as pytest does."""
        if self._held and not self._held.usable:
            self.close()
        if self._held is None:
            self._held = ForkServers(PROGRAM)
        return self._held

    def close(self) -> None:
        """End them."""
        if self._held:
            self._held.__exit__(None, None, None)
        self._held = None


@pytest.fixture(scope="session")
def _warm() -> Iterator[Warm]:
    warm = Warm()
    with pytest.MonkeyPatch.context() as patch:
        # All that is forked or started from here on carries the mark in its environment.
        patch.setenv("PATH", os.environ["PATH"] + os.pathsep + MARK)
        yield warm
    warm.close()
    assert not processes()


@pytest.fixture
def servers(_warm: Warm) -> ForkServers:
    """Return two warm fork servers that can take a job."""
    return _warm.get()


@pytest.fixture
def judge(servers: ForkServers, exercise: Exercise) -> Judge:
    """Return what grades a file for real, with servers that are warm already."""

    def graded(file: Path, fault: str = "", of: Exercise = exercise, seed: int = SEED) -> Graded:
        schedule = Schedule.parse(fault) if fault else None
        return grade(Request(of, file, seed, schedule), servers)

    return graded
