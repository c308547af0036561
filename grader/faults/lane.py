"""Where one trial at a time has room: two fork servers in one order, and a folder.

What a process leaves in the folder is the learner's doing. So it is taken away by hand, whatever it
is: ten thousand levels of directories, or one that its owner may not read.
"""

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.crash_states import snapshot
from grader.crash_states.snapshot import Snapshot, SnapshotRefused
from grader.errors import MachineError
from grader.process.limits import Limits
from grader.process.servers import ForkServer, ForkServers
from grader.workloads.workload import CHECKPOINT_DIRECTORY

_DIRECTORY = str(CHECKPOINT_DIRECTORY)
_PREFIX = "exact-resume-"
_JUST_MADE = 60.0  # seconds

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lane:
    """Two fork servers in one order, and a folder: room for one trial at a time.

    Attributes:
        keeps: a process finds all that the one before left, not the checkpoint directory alone:
            for the question whether state lay elsewhere. Needs one server in both places.
    """

    servers: tuple[ForkServer, ForkServer]
    folder: Path
    keeps: bool = False

    def server(self, number: int) -> ForkServer:
        """Return the server of process *number* of a trial: they take turns."""
        return self.servers[number % 2]

    def place(self, number: int = 0) -> Path:
        """Return the folder of process *number* of a trial, as the judge finds it."""
        return self.server(number).place(self.folder)

    @property
    def outside(self) -> Path | None:
        """Where the processes' temporary folders are kept, beside the folder."""
        return self.folder.with_name(f"{self.folder.name}-outside") if self.keeps else None

    def checkpoints(self, number: int = 0) -> Path:
        """Return the checkpoint directory of process *number* of a trial, as the judge finds it."""
        return self.place(number) / _DIRECTORY

    def clear(self, number: int = 0) -> None:
        """Leave nothing of an earlier process to process *number*.

        Raises:
            MachineError: something of it cannot be removed.
        """
        folder = self.place(number)
        try:
            with self.server(number).acting_as_owner():
                erase(folder)
                (folder / "tmp").mkdir(parents=True)
                (folder / _DIRECTORY).mkdir()
                if self.outside:
                    outside = self.server(number).place(self.outside)
                    erase(outside)
                    for name in ("tmp", "shm"):
                        (outside / name).mkdir(parents=True)
        except OSError as problem:
            message = f"the folder of a phase could not be made anew: {problem}"
            raise MachineError(message) from problem

    def put(self, left: Snapshot, number: int) -> None:
        """Leave exactly *left* to process *number*, and nothing else, unless the lane keeps it."""
        directory = self.place(number) / _DIRECTORY
        if not self.keeps:
            self.clear(number)
        with self.server(number).acting_as_owner():
            if self.keeps:
                erase(directory)
                directory.mkdir()
            snapshot.materialise(left, directory)

    def look(self, limits: Limits, number: int = 0) -> Snapshot:
        """Return the checkpoint directory of process *number* as it stands.

        Raises:
            SnapshotRefused: it holds something that a checkpoint may not, or is itself gone.
        """
        directory = self.place(number) / _DIRECTORY
        if directory.is_symlink() or not directory.is_dir():
            raise SnapshotRefused(_DIRECTORY, "the directory itself was removed or replaced")
        return snapshot.take(directory, limits.checkpoint_kib << 10, limits.checkpoint_files)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The two lanes of a grading: a kill in one server is resumed in the other.

    Attributes:
        at_once: how many of them work at the same time; the verdict is the same either way.
    """

    both: tuple[Lane, Lane]
    at_once: int

    def do(self, work: Callable[[Lane], Result]) -> list[Result]:
        """Do *work* in every lane; return the results in the lanes' order."""
        with ThreadPoolExecutor(self.at_once) as pool:
            return list(pool.map(work, self.both))


@contextmanager
def lanes_of(servers: ForkServers) -> Iterator[Lanes]:
    """Make two lanes, and leave nothing of them.

    Raises:
        MachineError: their folder cannot be made.
    """
    first, second = servers.pair
    with folder_for_lanes() as root:
        both = Lane((first, second), root / "1"), Lane((second, first), root / "2")
        yield Lanes(both, servers.cores)


@contextmanager
def folder_for_lanes() -> Iterator[Path]:
    """Make a directory for the phases' folders, in memory where there is such a place; remove it.

    Its name holds our process id, so that a person can tell whose it is. It is locked for as long
    as we live: what a judge that was itself killed has left is not, and is taken away here.

    Raises:
        MachineError: it cannot be made.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes the name unique and private
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    parent = memory if usable else Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):
        _erase_if_left(left)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        lock = _locked(folder)
    except OSError as problem:
        message = f"no folder for the trials could be made and locked in {parent}: {problem}"
        raise MachineError(message) from problem
    try:
        yield folder
    finally:
        with suppress(MachineError):
            erase(folder)
        os.close(lock)


def _locked(folder: Path) -> int:
    """Return a descriptor that holds the lock of a folder until it is closed."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held


def _erase_if_left(folder: Path) -> None:
    """Remove a folder of ours that nobody holds; one just made may not be locked yet."""
    try:
        facts = folder.lstat()
        if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < _JUST_MADE:
            return
        held = _locked(folder)
    except OSError:
        return  # gone, or in use
    try:
        erase(folder)
    except MachineError:
        return  # nothing that this grading needs
    finally:
        os.close(held)


def erase(folder: Path) -> None:
    """Remove *folder* with all that is in it, however deep and whatever its permissions.

    Directories are first moved to its top, so that no path grows long and nothing recurses. What
    cannot be removed stays.

    Raises:
        MachineError: something of it cannot be removed.
    """
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
        return
    try:
        waiting, moved = [folder], 0
        while waiting:
            directory = waiting.pop()
            directory.chmod(stat.S_IRWXU)
            with os.scandir(directory) as entries:
                for entry in list(entries):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
                        continue
                    os.chmod(entry.path, stat.S_IRWXU)
                    aside = folder.with_name(f"{folder.name}.{moved}")
                    os.rename(entry.path, aside)
                    waiting.append(aside)
                    moved += 1
            directory.rmdir()
    except OSError as problem:
        message = f"a phase left something that cannot be removed: {problem}"
        raise MachineError(message) from problem
