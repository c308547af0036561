"""Do several kills in a row find what the listed faults do not? Hypothesis draws, and shrinks.

The faults of a check are listed whole where one kill is meant, and in part where two are: of all
pairs there are tens of thousands. A search draws some of the rest. What fails is made simpler as
long as it still fails: fewer kills, and earlier ones. The same seed draws the same schedules.
"""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from grader.course import Check
from grader.errors import UsageError
from grader.faults import kill
from grader.faults.lane import Lane
from grader.faults.recordings import NeverStruckError, Recordings
from grader.faults.schedule import Schedule
from grader.faults.sweep import Tried
from grader.faults.trial import Trials
from grader.history import History, Moment
from grader.plan import Plan, belonging

_KILLS = (2, 3)

Places = Callable[[tuple[Moment, ...]], Sequence[Moment]]
"""Where the process after some strikes can be killed."""
Watcher = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for.

    Attributes:
        seed: decides what is drawn.
        trials: so many schedules are drawn; making one simpler takes more.
        first: schedules that earlier searches have found, tried before everything else.
    """

    seed: int
    trials: int
    first: tuple[Schedule, ...] = ()

    @classmethod
    def asked(cls, seed: int, trials: int, found: Sequence[str]) -> Self:
        """Return a search after earlier ones; an id that is none any more is passed over."""
        first = []
        for text in found:
            try:
                first.append(Schedule.parse(text))
            except UsageError:
                continue
        return cls(seed, trials, tuple(first))


def put_first(found: Sequence[Schedule], plans: Sequence[Plan]) -> None:
    """Put schedules that were found earlier before all others of the check that they belong to."""
    for schedule in reversed(found):
        plan = belonging(plans, schedule)
        if plan:
            plan.schedules = list(dict.fromkeys([schedule, *plan.schedules]))


@dataclass(slots=True)
class Hunt:
    """One search over the plans of a grading, once every listed fault has been tried."""

    search: Search
    plans: Sequence[Plan]
    trials: Trials
    lane: Lane
    holds: Callable[[Tried, Check], bool]
    known: dict[Schedule, bool] = field(default_factory=dict)

    @property
    def due(self) -> bool:
        """Say whether every fault that was tried has held: else there is nothing to look for."""
        return all(
            self.holds(came, plan.check) for plan in self.plans for came in plan.tried.values()
        )

    def run(self, recordings: Recordings | None, watch: Watcher) -> int:
        """Add the simplest schedule that fails to its check's plan; return how many were tried.

        With *recordings*, kills before file calls are drawn where the exercise is about them.

        Raises:
            MachineError: a fork server failed, or a foreign SIGKILL came twice.
        """
        crashes = any(plan.check.crashes for plan in self.plans)
        places = _calls_of(recordings) if recordings and crashes else _moments_of(self.trials)
        failing = simplest(self.search, places, lambda schedule: self._fails(schedule, watch))
        if failing:
            held_against = belonging(self.plans, failing)
            if held_against:
                held_against.tried[len(held_against.schedules)] = self.trials.carry_out(
                    failing, self.lane
                )
                held_against.schedules.append(failing)
        return len(self.known)

    def _fails(self, schedule: Schedule, watch: Watcher) -> bool:
        """Carry a schedule out, unless that was done, and say whether it is a counterexample."""
        plan = belonging(self.plans, schedule)
        if plan is None or schedule in plan.schedules:
            return False
        if schedule not in self.known:
            try:
                came: Tried = self.trials.carry_out(schedule, self.lane)
            except NeverStruckError:
                return False  # a later kill never struck: no trial, and nothing against anybody
            self.known[schedule] = isinstance(came, History) and not self.holds(came, plan.check)
            if any(self.known.values()):
                watch("shrink", 0, 0)
            else:
                done = min(len(self.known), self.search.trials)
                watch("two or three kills in a row", done, self.search.trials)
        return self.known[schedule]


def _moments_of(trials: Trials) -> Places:
    return lambda strikes: kill.after(trials.subject.workload, strikes)


def _calls_of(recordings: Recordings) -> Places:
    """Return the file calls of the process after some strikes.

    A kill at another moment leaves what one before the next file call leaves.
    """

    def places(strikes: tuple[Moment, ...]) -> list[Moment]:
        try:
            return [call.at for call in recordings.of(strikes).calls]
        except NeverStruckError:
            return []

    return places


def simplest(search: Search, places: Places, fails: Callable[[Schedule], bool]) -> Schedule | None:
    """Return the simplest schedule that fails, as far as was seen; None where none does."""
    import hypothesis  # noqa: PLC0415 - only a search pays for it
    from hypothesis import HealthCheck, Phase, configuration, strategies  # noqa: PLC0415
    from hypothesis.errors import NoSuchExample, Unsatisfiable  # noqa: PLC0415

    @strategies.composite
    def schedules(draw: strategies.DrawFn) -> Schedule:
        strikes: tuple[Moment, ...] = ()
        for _ in range(draw(strategies.integers(*_KILLS))):
            strikes += (draw(strategies.sampled_from(places(strikes) or [Moment(0, "start")])),)
        return Schedule(strikes)

    settings = hypothesis.settings(
        max_examples=search.trials,
        database=None,  # what was found is kept beside the runs, as ids that a person can read
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    with tempfile.TemporaryDirectory() as nothing_of_it_stays:
        configuration.set_hypothesis_home_dir(nothing_of_it_stays)
        try:
            return hypothesis.find(
                schedules(), fails, settings=settings, random=random.Random(search.seed)  # noqa: S311 - a choice of tests, no secret
            )  # fmt: skip
        except (NoSuchExample, Unsatisfiable):
            return None
        finally:
            configuration.set_hypothesis_home_dir(None)
