"""Moments come in an order: ours one by one, a learner's loop in any that leaves none out."""

from hypothesis import given
from hypothesis import strategies as st

from grader.faults import kill
from grader.faults.order import order_of
from grader.history import Moment
from grader.workloads.workload import Workload
from tests.unit.faults.workloads import workloads

OWN = Workload(epochs=3, batches=4, save_every=3, parts=3)
IN_STEP = ("forward", "backward", "optimizer", "step")


@st.composite
def loops(draw: st.DrawFn) -> list[Moment]:
    """Draw the moments of a loop that saves whenever it likes."""
    moments: list[Moment] = []

    def save(step: int) -> None:
        if step >= 0 and draw(st.booleans()):
            moments.extend(Moment(step, mark) for mark in ("saving", "written", "save"))

    for step in range(OWN.steps):
        save(step - 1)
        for mark in IN_STEP:
            moments.append(Moment(step, mark))
            if mark == "optimizer":
                save(step - 1)  # as a handler may
        if (step + 1) % OWN.batches == 0:
            for mark in ("evaluating", "evaluating", "evaluated"):
                moments.append(Moment(step, mark))
                save(step)
    return [*moments, Moment(OWN.steps, "end")]


@given(workloads())
def test_our_own_loop_has_one_order(workload: Workload):
    """Every moment in turn is taken, and none that is not due."""
    first, *rest = kill.moments(workload)
    order = order_of(workload, saves=True)

    assert not order.takes(first)
    order.starts(0)
    for at, moment in enumerate(rest):
        assert not any(order.takes(later) for later in rest[at + 1 :])
        assert order.takes(moment)
    assert "no report was due" == order.due()


@given(loops())
def test_a_loop_of_the_learners_may_save_wherever_it_likes(moments: list[Moment]):
    """Steps are whole and in order, and the next challenge is there before a step begins."""
    order = order_of(OWN, saves=True)
    order.starts(0)
    ready = {order.following(Moment(0, "start"))}
    for moment in moments:
        assert moment.mark != "forward" or moment.step in ready
        assert order.takes(moment), (moment, order.due())
        ready.add(order.following(moment))


@given(loops(), st.data())
def test_a_moment_of_a_step_that_is_left_out_is_refused(moments: list[Moment], data: st.DataObject):
    """Whoever does not report it could not be killed there."""
    steps = [at for at, moment in enumerate(moments) if moment.mark in IN_STEP]
    gone = data.draw(st.sampled_from(steps))
    order = order_of(OWN, saves=True)
    order.starts(0)

    taken = [order.takes(moment) for at, moment in enumerate(moments) if at != gone]

    assert not all(taken)


def test_a_save_that_returns_early_is_promised_by_the_next():
    """And the last one by the end; any other as soon as it has returned."""
    early = Workload(epochs=3, batches=4, save_every=3, background=True)
    later = order_of(early, saves=True)
    once = order_of(early.with_settings(background=False), saves=True)
    saves = [Moment(step, "save") for step in (2, 5, 8, 11)]

    assert [0, 3, 6, 9] == [later.acknowledged(moment) for moment in saves]
    assert [3, 6, 9, 12] == [once.acknowledged(moment) for moment in saves]
    assert 12 == later.acknowledged(Moment(12, "end"))
    assert later.acknowledged(Moment(5, "step")) is None
