"""Where the first process of each phase's own world comes from.

The first process of a process namespace is special: signals that it did not ask for pass it by,
and orphans become its children. A learner's program must be an ordinary one. So a small process of
ours is the first, adopts what the learner's program leaves, and says how much that was. All others
end with it: the kernel sees to that.
"""

import os
import signal
import socket
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from grader.process.kernel import NEW_PID, enter_namespace, leave_with_parent, unshare

_LEARNER = 2
"""In its namespace the learner's program is the second process."""
_ANSWER_SECONDS = 30


class Nursery:
    """A small process that makes process namespaces, each with a first process that waits."""

    def __init__(self) -> None:
        """Start it: while this process is small, as each first process is a copy of it."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._channel.close()
            _serve(theirs)
        theirs.close()
        self._channel.settimeout(_ANSWER_SECONDS)

    def leave(self) -> None:
        """Let go of it, in a process that it is not for."""
        self._channel.close()

    def bear(self) -> "Reaper":
        """Return the first process of a new process namespace."""
        self._channel.send(b"one")
        _, fds, _, _ = socket.recv_fds(self._channel, 16, 2)
        return Reaper(*fds)


class Reaper:
    """The first process of a namespace, as the fork server holds it."""

    def __init__(self, pidfd: int, channel: int) -> None:
        """Take over both descriptors."""
        self.pidfd = pidfd
        self._channel = socket.socket(fileno=channel)
        self._channel.settimeout(_ANSWER_SECONDS)

    def leave(self) -> None:
        """Let go of it, in a process that it is not for."""
        self._channel.close()
        os.close(self.pidfd)

    def end(self) -> int:
        """End the namespace; return how many processes had left the learner's group and lived."""
        with self._channel:
            self._channel.send(b"end")
            survivors = int(self._channel.recv(16))
        os.close(self.pidfd)
        return survivors


def _serve(channel: socket.socket) -> NoReturn:
    leave_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ours = os.open("/proc/self/ns/pid", os.O_RDONLY)
    while channel.recv(16):
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        unshare(NEW_PID)
        pid = os.fork()
        if pid == 0:
            _reap(theirs)
        enter_namespace(ours, NEW_PID)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(channel, [b"one"], [pidfd, mine.fileno()])
        os.close(pidfd)
        mine.close()
        theirs.close()
    os._exit(0)


def _reap(channel: socket.socket) -> NoReturn:
    """Adopt and reap until told to end; then kill what is left, and say how much it was."""
    leave_with_parent(signal.SIGKILL)

    def reap(_number: int, _frame: FrameType | None) -> None:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass

    signal.signal(signal.SIGCHLD, reap)
    channel.recv(16)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(ProcessLookupError):
        os.killpg(_LEARNER, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-_LEARNER, 0)
    reap(0, None)
    survivors = 0
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(-1, signal.SIGKILL)  # all but us, in one moment
        while True:
            os.waitpid(-1, 0)
            survivors += 1
    channel.send(str(survivors).encode())
    os._exit(0)
