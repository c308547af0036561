"""Trainings of many lengths, and schedules for them, for property tests."""

from hypothesis import strategies as st

from grader.faults.schedule import (
    DIES,
    DISK_FAULTS,
    ROT,
    SIGNALS,
    DiskFault,
    Hold,
    Schedule,
    Signal,
)
from grader.history import FILE_CALLS, MARKS, Moment
from grader.workloads.workload import Workload


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Draw a training that ends with a save, as every exercise's does."""
    save_every = draw(st.integers(2, 8))
    saves = draw(st.integers(2, 6))
    steps = save_every * saves
    batches = draw(st.sampled_from([n for n in range(1, steps + 1) if steps % n == 0]))
    warmup = draw(st.integers(0, steps))
    return Workload(steps // batches, batches, save_every, warmup=warmup)


_STEPS = st.integers(0, 10**9 - 1)
CALLS = st.builds(Moment, _STEPS, st.sampled_from(FILE_CALLS), _STEPS)
MOMENTS = st.builds(Moment, _STEPS, st.sampled_from(MARKS)) | CALLS
_ENDS = st.builds(Moment, _STEPS, st.just("save"))
DISK = st.one_of(
    st.builds(DiskFault, CALLS, st.sampled_from([*DISK_FAULTS, DIES]), st.booleans()),
    st.builds(DiskFault, _ENDS, st.just(ROT)),
)
_LOSS = _STEPS.map(str) | st.builds(
    "{}.{}".format,
    st.sampled_from(["ext4", "posix", "flip", "cut", "empty", "gone", "early"]),
    _STEPS,
)
_WORDS = st.text("abcdefgh_", min_size=1, max_size=10)
SETTINGS = st.tuples(
    _WORDS, st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _WORDS
)
SCHEDULES = st.one_of(
    st.builds(Schedule, st.lists(MOMENTS, max_size=4).map(tuple)),
    st.builds(Schedule, st.just(()), SETTINGS),
    st.builds(
        lambda strikes, loss, disk: Schedule(strikes, loss=loss, disk=disk),
        st.lists(MOMENTS, min_size=1, max_size=3).map(tuple),
        _LOSS,
        st.none() | DISK,
    ),
    st.builds(lambda disk: Schedule(disk=disk), DISK),
    st.builds(
        lambda until, hold: Schedule((until,), hold=hold),
        st.builds(Moment, _STEPS, st.sampled_from(MARKS)),
        st.sampled_from([Hold("late"), Hold("awaited")])
        | st.builds(Hold, st.sampled_from(["held", "stuck", "awaited"]), CALLS),
    ),
    st.builds(
        lambda strikes, signals: Schedule(strikes, signals=signals),
        st.lists(MOMENTS, max_size=1).map(tuple),
        st.lists(st.builds(Signal, MOMENTS, st.sampled_from(sorted(SIGNALS))), min_size=1).map(
            tuple
        ),
    ),
)
