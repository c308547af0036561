"""Kills happen at every moment exactly once, and a sample is the same for the same seed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.course import Exercise
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.history import SAVING, Moment
from grader.workloads.workload import Workload
from tests.unit.faults.workloads import workloads

EXERCISES = st.sampled_from(
    [exercise.workload for exercise in course.exercises() if exercise.trains]
)
ALL = workloads() | EXERCISES


def struck(schedules: list[Schedule]) -> list[Moment]:
    """Return the first strike of each schedule."""
    return [schedule.strikes[0] for schedule in schedules]


@given(ALL)
def test_nowhere_is_one_schedule_without_a_strike(workload: Workload):
    """The uninterrupted run is tried, too."""
    assert [Schedule()] == kill.nowhere(workload)


@given(ALL)
def test_moments_are_those_of_a_training_in_their_order(workload: Workload):
    """One start, each step's marks in order, a save where one is due, one end."""
    moments = kill.moments(workload)
    scheduled = ["scheduler"] if workload.warmup else []

    assert Moment(0, "start") == moments[0]
    assert Moment(workload.steps, "end") == moments[-1]
    for step in range(workload.steps):
        saved = ["save"] if workload.saves_after(step) else []
        if workload.parts:
            saved = ["saving", "written", *saved] if saved else []
            saved += ["evaluating", "evaluated"] if (step + 1) % workload.batches == 0 else []
        wanted = ["forward", "backward", "optimizer", *scheduled, "step", *saved]
        start = ["start"] if step == 0 else []
        assert [*start, *wanted] == [m.mark for m in moments if m.step == step]
    assert all(before.step <= after.step for before, after in pairwise(moments))


@given(ALL)
def test_everywhere_holds_each_moment_exactly_once(workload: Workload):
    """No moment is forgotten and none is paid for twice."""
    schedules = kill.everywhere(workload)

    assert sorted(kill.moments(workload)) == sorted(struck(schedules))
    assert all(1 == len(schedule.strikes) and not schedule.setting for schedule in schedules)


@given(st.integers(1, 8), st.integers(1, 3))
def test_everywhere_holds_each_moment_exactly_once_however_saves_fall(every: int, saves: int):
    """Also where every step is saved, or only the last."""
    workload = Workload(saves, every, every)

    assert sorted(kill.moments(workload)) == sorted(struck(kill.everywhere(workload)))


@given(ALL)
def test_everywhere_reaches_each_part_of_a_training(workload: Workload):
    """Before the first save, between saves, right after one, in warm-up, after the end."""
    moments = struck(kill.everywhere(workload))
    saved = [step + 1 for step in range(workload.steps) if workload.saves_after(step)]

    assert any(moment.step < saved[0] for moment in moments)
    for before, after in pairwise(saved):
        assert any(before < moment.step < after for moment in moments)
    assert {Moment(step - 1, "save") for step in saved} <= set(moments)
    assert all(Moment(step, "scheduler") in moments for step in range(workload.warmup))
    assert Moment(workload.steps, "end") in moments


@given(ALL)
def test_the_first_kills_are_far_apart(workload: Workload):
    """What is wrong late, early or at the end is found among the first three."""
    late, early, end = struck(kill.everywhere(workload))[:3]

    assert early.step < workload.save_every
    assert workload.floor(late.step) == workload.steps - workload.save_every
    assert Moment(workload.steps, "end") == end


@given(ALL)
def test_again_kills_a_resumed_process_before_and_after_its_own_first_save(workload: Workload):
    """Every strike is a moment that the process before it leaves to be reached."""
    moments = kill.moments(workload)
    kinds = set()
    for schedule in kill.again(workload):
        first, second = schedule.strikes
        start = workload.floor(first.step)
        assert first in moments
        assert second in moments[moments.index(Moment(start, "forward")) :]
        kinds.add("after" if second.step >= start + workload.save_every else "before")
    assert {"before", "after"} == kinds


@given(ALL, st.integers(0, 200), st.integers(0, 2**64))
def test_a_sample_is_the_same_for_the_same_seed(workload: Workload, count: int, seed: int):
    """It has so many of the schedules, in their order, none twice."""
    schedules = kill.everywhere(workload)

    sample = kill.sample(schedules, count, seed)

    assert sample == kill.sample(list(schedules), count, seed)
    assert min(count, len(schedules)) == len(sample)
    places = [schedules.index(schedule) for schedule in sample]
    assert sorted(set(places)) == places


def test_another_seed_gives_another_sample():
    """A learner cannot know which kills will come."""
    schedules = kill.everywhere(Workload(epochs=6, batches=4, save_every=8))

    assert 1 < len({tuple(kill.sample(schedules, 5, seed)) for seed in range(5)})


@pytest.mark.parametrize("exercise", course.exercises(), ids=lambda exercise: exercise.name[:4])
def test_every_kill_of_an_exercise_can_strike(exercise: Exercise):
    """A fault that never strikes would make a verdict unknown."""
    moments = set(kill.moments(exercise.workload))
    if exercise.workload.parts:  # whoever is told to leave saves after whatever step it is
        steps = range(exercise.workload.steps)
        moments |= {Moment(step, mark) for step in steps for mark in SAVING}
    for check in exercise.checks:
        for schedule in check.faults(exercise.workload):
            assert {*schedule.strikes, *(one.at for one in schedule.signals)} <= moments


WITH_TWO_SAVES = Workload(epochs=2, batches=4, save_every=4)


@pytest.mark.parametrize(
    ("strikes", "start"),
    [
        ((), 0),
        ((Moment(3, "step"),), 0),
        ((Moment(3, "save"),), 4),
        ((Moment(5, "forward"),), 4),
        ((Moment(5, "forward"), Moment(4, "start")), 4),
        ((Moment(5, "forward"), Moment(7, "save")), 8),
        ((Moment(8, "end"),), 8),
    ],
)
def test_the_process_after_some_strikes_begins_at_the_newest_save(strikes, start):
    """Its moments are those from there on, each once, and the end is among them."""
    found = kill.after(WITH_TWO_SAVES, strikes)

    assert Moment(start, "start") == found[0]
    assert Moment(8, "end") == found[-1]
    assert len(set(found)) == len(found)
    assert set(found[1:]) == {
        moment for moment in kill.moments(WITH_TWO_SAVES)[1:] if moment.step >= start
    }
