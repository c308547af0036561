"""A bit of the newest checkpoint goes wrong while the training that wrote it runs on."""

import os
from dataclasses import dataclass

from grader.crash_states.snapshot import SnapshotRefused
from grader.faults.lane import Lane
from grader.faults.loss import flip
from grader.faults.recording import Watching
from grader.history import Moment

_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class Rot:
    """Damages the first file that the newest save has written, once, at a moment.

    The process waits there and is told nothing. Nothing else of the file changes, nor its times.

    Attributes:
        position: where the damaged save stands, 0 while nothing is damaged.
    """

    watching: Watching
    lane: Lane
    number: int
    at: Moment
    position: int = 0

    def __call__(self, moment: Moment) -> None:
        """Damage the file where *moment* is the one."""
        calls = [call for call in self.watching.calls if call.at.mark == "call"]
        if moment != self.at or self.position or not calls:
            return
        step = calls[-1].at.step
        first = next(n for n, call in enumerate(self.watching.calls) if call.at.step == step)
        before = self.watching.recorder.snapshots[first]
        try:
            now = self.watching.look()
        except SnapshotRefused as refused:
            self.watching.refused = refused
            return
        newest = [path for path, file in now.files.items() if before.files.get(path) != file]
        for path in sorted(newest)[:1]:
            self._write(path, flip(now.files[path].content), now.files[path].mtime_ns)
            self.position = calls[-1].position

    def _write(self, path: str, content: bytes, mtime_ns: int) -> None:
        """Write into a file of the checkpoint directory; no link on the way is followed."""
        *folders, name = path.split("/")
        with self.lane.server(self.number).acting_as_owner():
            opened = [os.open(self.lane.checkpoints(self.number), _STEP)]
            try:
                for folder in folders:
                    opened.append(os.open(folder, _STEP, dir_fd=opened[-1]))
                flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
                opened.append(os.open(name, flags, dir_fd=opened[-1]))
                os.pwrite(opened[-1], content, 0)
                os.utime(opened[-1], ns=(mtime_ns, mtime_ns))
            finally:
                for each in reversed(opened):
                    os.close(each)
