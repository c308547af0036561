"""What a program does to its checkpoint directory, and what a SIGKILL before each call leaves.

`Recorder` is the part for any poll loop: one call per notification. `record` and `kill_at` are such
loops for a program that this process forks itself.
"""

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.crash_states.operations import ChildUnreadable, Operation, decode
from grader.crash_states.snapshot import Snapshot, take
from grader.errors import MachineError
from grader.process.listener import Listener, Notification

BYTES_MAX = 64 << 20
FILES_MAX = 4096
SECONDS_MAX = 60.0
_DEATH_SECONDS = 10.0

Launch = Callable[[socket.socket], int]
"""Start the program and return its process id. The program is a child of the caller, leads a
process group of its own and calls `listener.install` with this socket before its first line."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one undisturbed run did: `snapshots[n]` lay there right before `operations[n]` ran.

    The last snapshot, one more than there are operations, is what the run left at its end.
    """

    operations: tuple[Operation, ...]
    snapshots: tuple[Snapshot, ...]
    exit_status: int


@dataclass(frozen=True, slots=True)
class Killed:
    """What a killed run left behind; `struck` is None if it ended before the declared call."""

    struck: Operation | None
    snapshot: Snapshot
    exit_status: int


class Recorder:
    """Counts the calls of one program that change the watched directory, and lets them run.

    `look`, if given, is called right before each of them: while the program stands still. At call
    number `strike_at` the program is left standing, and whoever polls must kill it then.
    """

    def __init__(
        self,
        listener: Listener,
        watched: Path,
        look: Callable[[], Snapshot] | None = None,
        strike_at: int | None = None,
    ) -> None:
        """Follow what arrives at `listener`; `watched` is a real path as the program sees it."""
        self._listener = listener
        self._watched = watched
        self._look = look
        self._strike_at = strike_at
        self.operations: list[Operation] = []
        self.snapshots: list[Snapshot] = []
        self.struck: Operation | None = None

    def on_notification(self, notification: Notification) -> bool:
        """Take note of a call and let it run; True if it must not run: kill the program now."""
        operation = self._decode(notification)
        if operation is not None:
            if self._look is not None:
                self.snapshots.append(_sharing(self._look(), self.snapshots[-1:]))
            self.operations.append(operation)
            if operation.number == self._strike_at:
                self.struck = operation
                return True
        self._listener.let_run(notification)
        return False

    def _decode(self, notification: Notification) -> Operation | None:
        try:
            operation = decode(notification, self._watched, len(self.operations))
        except ChildUnreadable:
            if self._listener.is_waiting(notification):
                raise
            return None
        # A caller that died while we read it may have made room for another process.
        return operation if self._listener.is_waiting(notification) else None


def _sharing(snapshot: Snapshot, before: list[Snapshot]) -> Snapshot:
    """Return the snapshot with the unchanged files of the one before, so that memory holds one."""
    old = before[0].files if before else {}
    files = snapshot.files.items()
    kept = {name: old[name] if old.get(name) == file else file for name, file in files}
    return Snapshot(kept, snapshot.directories)


def record(launch: Launch, directory: Path, seconds: float = SECONDS_MAX) -> Recording:
    """Run the program to its end; return its operations on `directory` and what lay there before.

    Everything that the program started is dead when this returns.
    """
    real = directory.resolve(strict=True)
    recorder, status = _follow(launch, real, seconds, lambda: take(real, BYTES_MAX, FILES_MAX))
    final = take(real, BYTES_MAX, FILES_MAX)
    return Recording(tuple(recorder.operations), (*recorder.snapshots, final), status)


def kill_at(launch: Launch, directory: Path, number: int, seconds: float = SECONDS_MAX) -> Killed:
    """Run the program and SIGKILL it right before its operation `number` (from 0) executes.

    The program and all that it started are killed together, and are dead when the directory is
    looked at; the operation never runs.
    """
    real = directory.resolve(strict=True)
    recorder, status = _follow(launch, real, seconds, strike_at=number)
    return Killed(recorder.struck, take(real, BYTES_MAX, FILES_MAX), status)


def _follow(
    launch: Launch,
    watched: Path,
    seconds: float,
    look: Callable[[], Snapshot] | None = None,
    strike_at: int | None = None,
) -> tuple[Recorder, int]:
    """Run one program under a recorder; return it and the exit status as `subprocess` does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            child = launch(theirs)
        status = None
        try:
            with _accept(ours, seconds) as listener:
                recorder = Recorder(listener, watched, look, strike_at)
                _serve(listener, recorder, child, seconds)
                status = _end(child)
                if not listener.wait_until_nobody_is_left(_DEATH_SECONDS):
                    message = "a process of the program left its group and survived its SIGKILL"
                    raise MachineError(message)
        finally:
            if status is None:
                _end(child)
    return recorder, status


def _accept(sock: socket.socket, seconds: float) -> Listener:
    sock.settimeout(seconds)
    try:
        return Listener.accept(sock)
    except TimeoutError as error:
        message = f"the program did not install its listener within {seconds:g} seconds"
        raise MachineError(message) from error


def _serve(listener: Listener, recorder: Recorder, child: int, seconds: float) -> None:
    """Answer every call until the child ended or must be killed."""
    deadline = time.monotonic() + seconds
    ended = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        poll.register(ended, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            ready = dict(poll.poll(left * 1000))
            events = ready.get(listener.fileno(), 0)
            if events & select.POLLIN:
                notification = listener.receive()
                if notification is not None and recorder.on_notification(notification):
                    return
            elif ended in ready:
                return
            elif events:  # hung up: all of its threads ended, the process will in a moment
                poll.unregister(listener)
    finally:
        os.close(ended)
    message = f"the program did not end within {seconds:g} seconds"
    raise MachineError(message)


def _end(child: int) -> int:
    """Kill what is left of the program's group and return the program's own exit status."""
    for kill in (os.killpg, os.kill):  # a program that broke off early may not lead a group yet
        try:
            kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue
        break
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
