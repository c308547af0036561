"""A schedule's id is the schedule: it reads back, refuses what is none, and shrinks."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.faults import kill, settings
from grader.faults.schedule import Schedule
from grader.history import FILE_CALLS, MARKS
from grader.workloads.workload import Workload
from tests.unit.faults.workloads import SCHEDULES, workloads

CHANGED = settings.changed(hidden=24, activation="tanh", learning_rate=1e-05)
FAMILIES = [
    *(kill.nowhere, kill.everywhere, kill.again, kill.in_each_step, kill.with_workers),
    CHANGED,
]


@given(SCHEDULES)
def test_an_id_reads_back_as_its_schedule(schedule: Schedule):
    """What a report prints carries out exactly the same faults."""
    again = Schedule.parse(schedule.id)

    assert schedule == again
    assert schedule.id == again.id


@given(workloads())
def test_every_id_of_every_family_reads_back_and_is_its_own(workload: Workload):
    """Two schedules of a family never share an id."""
    for family in FAMILIES:
        schedules = family(workload)
        assert schedules == [Schedule.parse(schedule.id) for schedule in schedules]
        assert len(schedules) == len({schedule.id for schedule in schedules})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("none", "none"),
        ("kill@3:step,4:forward", "kill"),
        ("kill@7:call3,0:load2", "kill"),
        ("torn@7:call3=4096", "torn"),
        ("power@7:save=posix.2", "power"),
        ("power@7:save=ext4.1,EIO@7:call5", "power"),
        ("damage@7:save=flip.0", "damage"),
        ("damage@5:save,11:save=last.2", "damage"),
        ("damage@8:save=flip.0,ROT@5:save", "damage"),
        ("kill@5:save,5:save,ROT@5:save", "kill"),
        ("disk@7:call3=ENOSPC+", "disk"),
        ("disk@7:call3=DIES", "disk"),
        ("held@5:call0,7:step", "held"),
        ("stuck@5:call0,8:save", "stuck"),
        ("awaited@5:call3,8:save", "awaited"),
        ("awaited@8:save", "awaited"),
        ("late@7:step", "late"),
        ("resume@hidden=24", "resume"),
        ("case@same.key_order", "case"),
        ("none+2workers", "none"),
        ("term@3:step,term@3:written,kill@4:forward", "term"),
        ("usr1@0:start", "usr1"),
        ("group@3:step+2workers", "group"),
        ("kill@3:step,4:forward+2workers", "kill"),
    ],
)
def test_an_ids_first_word_is_the_kind(text: str, kind: str):
    """Kinds are what checks are told apart by."""
    assert kind == Schedule.parse(text).kind


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "it starts with neither"),
        ("None", "it starts with neither"),
        ("none@1:step", "it starts with neither"),
        ("kill", "it starts with neither"),
        ("kill@", "it starts with neither"),
        ("kill@12", "'12' is not STEP:MARK"),
        ("kill@12:backward,", "'' is not STEP:MARK"),
        ("kill@12:backward, 13:step", "' 13:step' is not STEP:MARK"),
        ("kill@-1:step", "'-1:step' is not STEP:MARK"),
        ("kill@12:backward3", f"'backward' is none of {', '.join(FILE_CALLS)}"),
        ("kill@12:call", f"'call' is none of {', '.join(MARKS)}"),
        ("torn@12:call3=half", "'half' is no loss of kind torn"),
        ("power@12:call3", "'' is no loss of kind power"),
        ("power@12:call3=ntfs.1", "'ntfs.1' is no loss of kind power"),
        ("disk@12:call3=MELTED", "'MELTED' is none of ENOSPC"),
        ("disk@12:call3=ROT", "ROT strikes at the end of a save"),
        ("disk@12:save=EIO", "EIO strikes at a file call"),
        ("held@7:step", "what is held up looks like held@5:call0,8:save"),
        ("held@7:step,8:step", "what is held up looks like held@5:call0,8:save"),
        ("late@7:call0,8:step", "what is held up looks like late@7:step"),
        ("stuck@7:call0,8:call1", "8:call1 is a file call"),
        ("kill@12:middle", f"'middle' is none of {', '.join(MARKS)}"),
        ("kill@" + "9" * 5000 + ":step", "is not STEP:MARK"),
        ("kill@\u0661:step", "is not STEP:MARK"),
        ("resume@hidden", "it starts with neither"),
        ("resume@=24", "it starts with neither"),
        ("resume@hidden=2 4", "it starts with neither"),
        ("resume@hidden=" + "9" * 5000, "it starts with neither"),
    ],
)
def test_what_is_no_id_is_refused_with_an_example(text: str, wrong: str):
    """The message quotes what was typed, says what is wrong, and shows what an id looks like."""
    with pytest.raises(UsageError) as refused:
        Schedule.parse(text)

    assert wrong in str(refused.value)
    assert repr(text) in str(refused.value)
    assert "kill@12:backward" in str(refused.value)


@given(
    st.text(max_size=30)
    | st.from_regex(
        re.compile(r"(kill|torn|power|damage|disk|held|stuck|awaited|late|resume)@[\w:=,.]*"),
        fullmatch=True,
    )
)
def test_any_text_is_a_schedule_or_a_usage_error(text: str):
    """A typing error never ends in a traceback."""
    try:
        schedule = Schedule.parse(text)
    except UsageError:
        return
    assert schedule == Schedule.parse(schedule.id)


@given(SCHEDULES, SCHEDULES)
def test_ids_differ_where_schedules_do(one: Schedule, other: Schedule):
    """A report's id names one schedule and no other."""
    assume(one != other)

    assert one.id != other.id
