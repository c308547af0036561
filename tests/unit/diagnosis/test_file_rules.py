"""Which order of file calls points to which diagnosis."""

import pytest

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import File, Snapshot
from grader.diagnosis import file_rules
from grader.diagnosis.rules import Evidence
from grader.diagnosis.save_seen import Done, SaveSeen
from grader.faults.loss import Left
from tests.unit.diagnosis.evidence import finding

OLD, NEW = 1, 2
START = Snapshot({"c": File(b"old", 0, OLD)}, {})
EMPTY = Left(Snapshot({}, {}))
RENAME = Done(Operation(0, "rename", "c.new", "c"), NEW, NEW, failed=True)
REMOVE_OLD = Done(Operation(0, "unlink", "c"), OLD, None, failed=False)
REMOVE_NEW = Done(Operation(0, "unlink", "c.new"), NEW, None, failed=False)


@pytest.mark.parametrize(
    ("done", "left", "returned", "held"),
    [
        ((RENAME, REMOVE_NEW, REMOVE_OLD), EMPTY, False, True),
        ((RENAME, REMOVE_NEW), Left(START), False, False),
        ((REMOVE_OLD, RENAME), EMPTY, False, False),
        ((RENAME, REMOVE_OLD), EMPTY, True, False),
    ],
    ids=["after the error", "only the new one", "before the error", "told nobody"],
)
def test_only_a_removal_after_the_error_is_error_handling(
    done: tuple[Done, ...], left: Left, *, returned: bool, held: bool
) -> None:
    """What was gone before, or in a save that went on, has another cause."""
    save = SaveSeen(done, START, left, "EIO", returned)

    assert held == file_rules.removes_after_fault(save)


MADE = Done(Operation(0, "openat", "c.new"), None, NEW, failed=False)
RENAMED = Done(Operation(0, "rename", "c.new", "c"), NEW, None, failed=False)
LATE = Operation(0, "write", "c", size=9)


@pytest.mark.parametrize(
    ("done", "coming", "held"),
    [
        ((MADE, RENAMED), (LATE,), True),
        ((MADE, RENAMED, Done(LATE, NEW, NEW, failed=False)), (), True),
        ((MADE, RENAMED), (Operation(0, "write", "d", size=9),), False),
        ((MADE,), (LATE,), False),
    ],
    ids=["not yet written", "written late", "another file", "not yet renamed"],
)
def test_a_write_after_the_rename_was_too_late(
    done: tuple[Done, ...], coming: tuple[Operation, ...], *, held: bool
) -> None:
    """Whether the crash came before that write, or after it."""
    save = SaveSeen(done, START, EMPTY, coming=coming)

    assert held == file_rules.renames_before_bytes(save)


@pytest.mark.parametrize(("start", "held"), [(Snapshot({}, {}), True), (START, False)])
def test_a_save_that_destroys_has_left_something_before(start: Snapshot, *, held: bool) -> None:
    """Nothing is left by a save that returned only where the next one found nothing."""
    rule = file_rules.nothing_left("nothing_on_disk")

    assert held == rule.holds(Evidence(finding("files"), save=SaveSeen((), start, EMPTY)))


FLUSH = Operation(0, "fsync", "d")
TORN = Left(Snapshot({**START.files, "d": File(b"new", 0, NEW)}, {}), bytes_lost=(NEW,))


@pytest.mark.parametrize(
    ("done", "left", "coming", "held"),
    [
        ((), TORN, (FLUSH,), True),
        ((), TORN, (), False),
        ((), Left(Snapshot({"d": File(b"new", 0, NEW)}, {}), bytes_lost=(NEW,)), (FLUSH,), False),
        ((), Left(TORN.snapshot), (FLUSH,), False),
        ((RENAMED,), TORN, (FLUSH,), False),
    ],
    ids=["to be flushed", "never flushed", "no older one", "nothing lost", "renamed before"],
)
def test_who_reads_what_is_not_flushed_yet_has_believed_it(
    done: tuple[Done, ...], left: Left, coming: tuple[Operation, ...], *, held: bool
) -> None:
    """A flush that nobody made is another mistake, and so is a file that had nothing beside it."""
    save = SaveSeen(done, START, left, coming=coming)

    assert held == file_rules.believes_unflushed(save)
