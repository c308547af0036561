"""A fault that this machine cannot carry out is left out, and the plan says why."""

from unittest.mock import Mock

import pytest

from grader import course
from grader.course import Check
from grader.errors import UsageError
from grader.faults import crash, kill
from grader.faults.recorded import Recorded
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.history import Bounds, Phase, Trouble
from grader.plan import planned
from grader.workloads.workload import Workload

WORKLOAD = Workload(epochs=3, batches=6, save_every=3, sampled=True)
CHECKS = [
    Check("alone", 1, kill.nowhere, ()),
    Check("loaded", 1, kill.with_workers, ()),
    Check("both", 1, lambda workload: [*kill.nowhere(workload), *kill.with_workers(workload)], ()),
]


def test_without_workers_only_what_needs_none_is_tried():
    """A check that loses a schedule is not seen whole; one that loses none stays as it was."""
    plans = planned(CHECKS, WORKLOAD, None)
    for plan in plans:
        plan.leave_out_workers("no workers here")

    assert [[Schedule()], [], [Schedule()]] == [plan.schedules for plan in plans]
    assert ["", "no workers here", "no workers here"] == [plan.unseen for plan in plans]


@pytest.mark.parametrize(
    ("trouble", "seen"), [(Trouble("checkpoint", "save", "a symbolic link"), False), (None, True)]
)
def test_saves_that_could_not_be_watched_are_not_seen(
    trouble: Trouble | None, monkeypatch: pytest.MonkeyPatch, *, seen: bool
) -> None:
    """What was to be struck in them counts as not tried, and not as passed."""
    recorded = Recorded(Phase("server", trouble=trouble), Bounds(0, 0), (), ())
    monkeypatch.setattr(Recordings, "of", lambda *_: recorded)
    check = Check("struck", 1, kill.nowhere, (), [crash.kills])
    [plan] = planned([check], WORKLOAD, Recordings(Mock(), Mock()))

    assert [Schedule()] == plan.schedules
    assert seen == (not plan.unseen)


def test_a_fault_that_no_check_tries_is_refused():
    """The message says what is tried instead."""
    with pytest.raises(UsageError, match=r"--fault case@same\.twice: .* they try kill, none"):
        planned(CHECKS, WORKLOAD, None, Schedule(case="same.twice"))


def test_every_place_of_an_epoch_is_tried_with_workers():
    """No kill, saves in the middle and at the edge of epoch 1, a late one, and a pair."""
    schedules = kill.with_workers(WORKLOAD)

    assert {2} == {schedule.workers for schedule in schedules}
    assert () == schedules[0].strikes
    saved = {WORKLOAD.floor(schedule.strikes[-1].step) for schedule in schedules[1:]}
    assert {9, 12, 15} <= saved
    assert 2 in {len(schedule.strikes) for schedule in schedules}


def test_few_faults_of_each_check_are_tried():
    """The first, and three others that another seed chooses anew."""
    exercise = course.find("ex04")
    plans = planned(exercise.checks, exercise.workload, None)
    every = [plan.schedules for plan in plans]
    chosen = []
    for seed in range(9):
        plans = planned(exercise.checks, exercise.workload, None)
        for plan in plans:
            plan.keep_few(seed)
        chosen.append([plan.schedules for plan in plans])

    for few in chosen:
        assert [1, 4, 4] == [len(schedules) for schedules in few]
        assert [schedules[0] for schedules in every] == [schedules[0] for schedules in few]
    assert len({tuple(few[1]) for few in chosen}) > 1
