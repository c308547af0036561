"""What a phase is kept from: chosen by the judge, carried out in fork server and child.

    none          nothing; but the whole tree of its processes ends with it
    landlock      no file, signal or socket outside; same processes, same memory file systems
    namespaces    processes, mounts and temporary file systems of its own, which die with it

Order in a child: namespaces, limits, capabilities dropped, no new privileges, and the deny list
last, as it would forbid what comes before.
"""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Confines:
    """What the judge tells a fork server of its sandbox, as JSON allows.

    Attributes:
        isolation: one of the three words above.
        visible: files and folders that the learner's code may read.
        room: folder for the phases' folders that only this server and the judge see; "" if the
            judge names a folder of the machine with each job.
    """

    isolation: str = "none"
    visible: Sequence[str] = ()
    room: str = ""


class Isolation(Protocol):
    """One of the three, in the order in which its methods are called."""

    def prepare(self) -> int | None:
        """Set up the server, before it has imported much; return the room's descriptor."""

    def fork(self) -> int:
        """Fork as `os.fork` does, into whatever the phase is to live in."""

    def enter(self, folder: Path, outside: Path | None) -> Path:
        """In the child: go in; return the phase's folder as it is named there.

        *outside*, where it is given and a sandbox has temporary folders of its own, holds them:
        what an earlier phase left in ``tmp`` and ``shm`` is found again.
        """

    def lock(self) -> None:
        """In the child: give up every right that the learner's code shall not have."""

    def sweep(self, child: int) -> int:
        """In the server: end what the dead child left; return how many had left its group."""


class Unconfined:
    """Nothing is kept from the phase, but all of its processes end with it."""

    def prepare(self) -> int | None:
        """Do nothing; the phases' folders are the judge's."""
        return None

    def fork(self) -> int:
        """Fork."""
        return os.fork()

    def enter(self, folder: Path, outside: Path | None) -> Path:  # noqa: ARG002 - nothing is apart
        """Stay outside."""
        return folder

    def lock(self) -> None:
        """Give up nothing."""

    def sweep(self, child: int) -> int:
        """Kill and reap whatever the child left; return how many had left its process group.

        Workers of a DataLoader stay in the group and die with it. A process that left the group
        was meant to survive; as a subreaper we become its parent, and it is counted, unless it had
        ended by itself and only waited to be reaped.

        A worker that dies while it hands over a batch leaves a file in shared memory, and the
        learner's machine is struck hundreds of times an hour: those files go too.
        """
        _kill_group(child)
        _remove_shared(child)
        survivors = 0
        while left := _children():
            for pid in left:
                outside = _group_of(pid) not in {child, None}
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    survivors += outside
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                _remove_shared(pid)
        return survivors


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _remove_shared(dead: int) -> None:
    """Remove what PyTorch's shared memory has of a process: ``torch_<pid>_<random>_<count>``.

    The first number is the id of the process that made the file.
    """
    for left in Path("/dev/shm").glob(f"torch_{dead}_*"):  # noqa: S108 - named as PyTorch does
        with suppress(OSError):  # where a sandbox closes shared memory, nothing can be left there
            left.unlink()


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in listed.split()]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
