"""Tests of grader.search and of where a schedule belongs, without a process."""

import pytest

from grader import course
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.history import Moment
from grader.plan import belonging, planned
from grader.search import Search, put_first, simplest

EX01 = course.find("ex01")
RARE = Schedule.parse("kill@5:forward,17:step")


def places(strikes):
    return kill.after(EX01.workload, strikes)


def late(schedule):
    """Say whether the first kill precedes every save, and some later one is in the last part."""
    first, *others = schedule.strikes
    return first.step < 8 and any(16 <= one.step < 24 and one.mark != "start" for one in others)


def drawn(seed):
    """Return every schedule of a search in which none fails."""
    seen: list[Schedule] = []

    def passes(schedule):
        seen.append(schedule)
        return False

    assert simplest(Search(seed, 50), places, passes) is None
    return seen


@pytest.mark.parametrize("seed", range(5))
def test_what_fails_is_shrunk_to_two_early_kills(seed):
    """Whatever was drawn first, it ends at the earliest moments that still fail."""
    found = simplest(Search(seed, 200), places, late)

    assert Schedule((Moment(0, "start"), Moment(16, "forward"))) == found


def test_one_seed_draws_the_same_schedules(tmp_path, monkeypatch):
    """In the same order; and nothing is kept in the folder in which somebody searches."""
    monkeypatch.chdir(tmp_path)
    first, same, other = (drawn(seed) for seed in (1, 1, 2))

    assert first == same
    assert first != other
    assert list(tmp_path.iterdir()) == []


def test_every_drawn_schedule_has_two_or_three_kills_that_can_strike():
    """A process cannot die before the step at which it begins."""
    seen = drawn(3)

    assert {2, 3} == {len(one.strikes) for one in seen}
    for one in seen:
        assert all(at in places(one.strikes[:n]) for n, at in enumerate(one.strikes))


def test_what_was_found_earlier_is_tried_first():
    """In the check about kills in a row; an id that cannot be read is passed over."""
    plans = planned(EX01.checks, EX01.workload, None)
    put_first(Search.asked(1, 1, ["nonsense", RARE.id]).first, plans)

    assert [RARE] == [plan.schedules[0] for plan in plans if RARE in plan.schedules]
    (title,) = [plan.check.title for plan in plans if RARE in plan.schedules]
    assert title.startswith("Killed again")


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        ("none", "Saving leaves"),
        ("kill@5:forward", "Killed at any moment"),
        ("kill@99:forward", "Killed at any moment"),
        ("kill@5:forward,6:step,7:step", "Killed again"),
        ("resume@hidden=24", "Another model"),
        ("resume@hidden=25", "Another model"),
    ],
)
def test_a_fault_belongs_to_the_check_with_the_most_like_it(fault, title):
    plans = planned(EX01.checks, EX01.workload, None)
    found = belonging(plans, Schedule.parse(fault))

    assert found is not None
    assert found.check.title.startswith(title)


def test_a_fault_of_another_kind_belongs_to_no_check():
    plans = planned(EX01.checks, EX01.workload, None)

    assert belonging(plans, Schedule.parse("disk@5:call1=EIO")) is None
