"""A training is told to leave wherever a mistake could hide."""

from grader import course
from grader.faults import kill, preempt

WORKLOAD = course.find("ex10").workload


def test_a_whole_group_is_told_at_each_moment_of_a_step():
    """An exception that a worker's end causes comes where the weights have moved, too."""
    schedules = preempt.with_workers(WORKLOAD)
    told = [signal.at for schedule in schedules for signal in schedule.signals]

    assert {"forward", "backward", "optimizer", "step", "saving", "evaluating"} == {
        moment.mark for moment in told
    }
    assert len(told) == len(set(told))
    assert all(2 == schedule.workers for schedule in schedules)


def test_the_first_signal_comes_at_a_moment_of_every_training():
    """None waits for a moment that a right program does not come to."""
    families = (preempt.everywhere, preempt.early, preempt.twice, preempt.grace_ends)
    moments = set(kill.moments(WORKLOAD))
    for family in (*families, preempt.with_workers):
        assert {schedule.signals[0].at for schedule in family(WORKLOAD)} <= moments
