"""Which calls of a save a disk fault strikes."""

import os

import pytest

from grader.crash_states.operations import Operation
from grader.faults.crash import struck_by
from grader.faults.recorded import Call
from grader.history import Moment

CREATES = os.O_WRONLY | os.O_CREAT


def save(*operations: Operation) -> list[Call]:
    """Return a save that makes these calls."""
    return [Call(one, Moment(5, "call", at), 3, 6) for at, one in enumerate(operations)]


def write(path: str, size: int = 100, name: str = "write") -> Operation:
    """Return a write to a file."""
    return Operation(0, name, path, size=size)


TWO_FILES = save(
    Operation(0, "openat", "a", flags=CREATES),
    *(write("a") for _ in range(5)),
    Operation(0, "openat", "b", flags=CREATES),
    write("b"),
    write("b", size=1),
    write("b"),
    Operation(0, "fsync", "b"),
    Operation(0, "rename", "a", "c"),
)


@pytest.mark.parametrize(
    ("kind", "struck"),
    [
        ("SHORT", [1, 3, 5, 7, 9]),
        ("ENOSPC", [1, 4, 9]),
        ("EROFS", [0, 6]),
        ("EIO", [1, 5, 10, 11]),
    ],
)
def test_faults_strike_the_calls_that_a_disk_fails_so(kind: str, struck: list[int]) -> None:
    """A write is cut short in every file, and a byte has no half; a rename fails, too."""
    assert struck == [call.at.call for call in struck_by(TWO_FILES, kind)]


def test_a_short_write_is_told_beside_its_call() -> None:
    """With what it was to write, so that the half can be reckoned."""
    call = Call(write("a"), Moment(5, "call", 1), 3, 6, short=True)

    assert "write 100 bytes to a, which took only half" == call.told()
