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

from grader.crash_states import short_writes
from grader.crash_states.operations import ChildUnreadable, Operation, decode
from grader.crash_states.snapshot import File, Snapshot, take
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge does with one call.

    Attributes:
        kill: the program dies right before it.
        error: the call fails with this errno and does nothing.
        part: only this share of a write is carried out, and the program is told so.
        seconds: the call is answered so much later.
        hold: the call is not answered before `Recorder.let_one_go`.
    """

    kill: bool = False
    error: int = 0
    part: float = 1.0
    seconds: float = 0.0
    hold: bool = False


RUN, KILL = Answer(), Answer(kill=True)
Decide = Callable[[Operation], Answer]


class Recorder:
    """Counts the calls of one program that change the watched directory, and answers them.

    `look`, if given, is called right before each of them: while the program stands still.
    `observe` is told of every call on the directory, those included that only look.
    """

    def __init__(
        self,
        watched: Path,
        look: Callable[[], Snapshot] | None = None,
        decide: Decide = lambda _: RUN,
        observe: Callable[[Operation], None] = lambda _: None,
    ) -> None:
        """Watch a real path as the program sees it.

        A relative one begins in the directory that it stands in at its first watched call.
        """
        self._watched = watched
        self._look = look
        self._decide = decide
        self._observe = observe
        self._whole: Callable[[], None] = lambda: None
        self.operations: list[Operation] = []
        self.snapshots: list[Snapshot] = []
        self.struck: Operation | None = None
        self.held: list[tuple[Listener, Notification]] = []

    def let_one_go(self) -> bool:
        """Let the newest of the calls run that are held, so that an older one comes after it.

        Say whether there was any.
        """
        if not self.held:
            return False
        listener, notification = self.held.pop()
        listener.let_run(notification)
        return True

    def on_notification(self, listener: Listener, notification: Notification) -> bool:
        """Take note of a call and answer it; True if it must not run: kill the program now."""
        self._whole()
        operation = self._decode(listener, notification)
        answer = RUN
        if operation is not None:
            self._observe(operation)
            if operation.changes:
                if self._look is not None:
                    self.snapshots.append(_sharing(self._look(), self.snapshots[-1:]))
                self.operations.append(operation)
                answer = self._decide(operation)
        if answer.kill:
            self.struck = operation
            return True
        if answer.hold:
            self.held.append((listener, notification))
            return False
        if answer.seconds:
            time.sleep(answer.seconds)
        if answer.error:
            listener.fail(notification, answer.error)
            return False
        if answer.part < 1 and operation is not None:
            self._whole = short_writes.bound(notification, operation, answer.part)
        listener.let_run(notification)
        return False

    def _decode(self, listener: Listener, notification: Notification) -> Operation | None:
        try:
            if not self._watched.is_absolute():
                cwd = Path(f"/proc/{notification.thread}/cwd").readlink()
                self._watched = cwd / self._watched
            operation = decode(notification, self._watched, len(self.operations))
        except ChildUnreadable:
            if listener.is_waiting(notification):
                raise
            return None
        except OSError:
            return None  # it has just died
        # A caller that died while we read it may have made room for another process.
        return operation if listener.is_waiting(notification) else None


def _sharing(snapshot: Snapshot, before: list[Snapshot]) -> Snapshot:
    """Return the snapshot with the unchanged files of the one before, so that memory holds one."""
    old = before[0].files if before else {}
    files = snapshot.files.items()
    kept = {name: old[name] if _same(old.get(name), file) else file for name, file in files}
    return Snapshot(kept, snapshot.directories)


def _same(before: File | None, now: File) -> bool:
    return before is not None and before == now and before.inode == now.inode


def record(
    launch: Launch,
    directory: Path,
    seconds: float = SECONDS_MAX,
    before_call: Callable[[], None] = lambda: None,
) -> Recording:
    """Run the program to its end; return its operations on `directory` and what lay there before.

    `before_call` is called before each of them, while the program stands still. Everything that the
    program started is dead when this returns.
    """
    real = directory.resolve(strict=True)

    def look() -> Snapshot:
        before_call()
        return take(real, BYTES_MAX, FILES_MAX)

    recorder = Recorder(real, look)
    status = _follow(launch, recorder, seconds)
    final = take(real, BYTES_MAX, FILES_MAX)
    return Recording(tuple(recorder.operations), (*recorder.snapshots, final), status)


def kill_at(launch: Launch, directory: Path, number: int, seconds: float = SECONDS_MAX) -> Killed:
    """Run the program and SIGKILL it right before its operation `number` (from 0) executes.

    The program and all that it started are killed together, and are dead when the directory is
    looked at; the operation never runs.
    """
    real = directory.resolve(strict=True)
    recorder = Recorder(real, decide=lambda operation: KILL if operation.number == number else RUN)
    status = _follow(launch, recorder, seconds)
    return Killed(recorder.struck, take(real, BYTES_MAX, FILES_MAX), status)


def _follow(launch: Launch, recorder: Recorder, seconds: float) -> int:
    """Run one program under a recorder; return the exit status as `subprocess` does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            child = launch(theirs)
        status = None
        try:
            with _accept(ours, seconds) as listener:
                _serve(listener, recorder, child, seconds)
                status = _end(child)
                if not listener.wait_until_nobody_is_left(_DEATH_SECONDS):
                    message = "a process of the program left its group and survived its SIGKILL"
                    raise MachineError(message)
        finally:
            if status is None:
                _end(child)
    return status


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
                if notification and recorder.on_notification(listener, notification):
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
