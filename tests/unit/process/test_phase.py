"""The judge's loop: whom it takes for one that waits."""

import select
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from grader.process.phase import _Watch


class _Holder:
    """Holds a call of a process that is quiet, as it does not exist."""

    process = -1
    holds = True
    asked = 0

    def stands_still(self, _: object) -> None:
        self.asked += 1


@pytest.mark.parametrize(("killed", "asked"), [(False, 1), (True, 0)])
def test_who_was_killed_waits_for_nobody(killed: bool, asked: int):  # noqa: FBT001 - a parameter
    """Until it is gone it is as still as one that waits for a call which is held."""
    holder, nothing = _Holder(), Any
    watch = _Watch(SimpleNamespace(name="one"), nothing, nothing, holder)  # type: ignore[arg-type]
    watch.channel, other = socket.socketpair()
    watch.killed = killed
    with watch.channel, other:
        watch._ready(select.poll(), 1.0)  # noqa: SLF001 - all else needs a process

    assert asked == holder.asked
