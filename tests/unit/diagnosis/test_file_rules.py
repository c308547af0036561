"""Which order of file calls points to which diagnosis."""

import pytest

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import File, Snapshot
from grader.diagnosis import file_rules
from grader.diagnosis.save_seen import Done, SaveSeen
from grader.faults.loss import Left

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
