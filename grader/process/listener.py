"""How the judge sees a file-changing system call before it runs: seccomp user notification.

The child calls `install` while it has one thread. From then on every call of `watched_calls`, made
by the child, its threads or its forked workers, stands still until the judge, who holds a
`Listener`, answers it: let it run, or make it fail. A call that is never answered never runs, so a
SIGKILL at that moment is a death right before that call.

No privilege, compiler or tracer is needed: Linux 5.5 or newer, x86_64 or aarch64. What is let run
may still change between our look and the kernel's, so a recording is evidence, never a wall.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import MachineError
from grader.process.filters import MACHINES, load
from grader.process.kernel import check
from grader.process.watched_calls import names, program

_NEW_LISTENER, _WAIT_KILLABLE = 0x8, 0x20
_RECEIVE, _SEND, _IS_VALID, _SET_FLAGS = 0xC0502100, 0xC0182101, 0x40082102, 0x40082104
_CONTINUE = 1
_NOTIFICATION_BYTES = 80
_ACKNOWLEDGED = b"K"
_PATH_MAX = 4096


@dataclass(frozen=True, slots=True)
class Notification:
    """One system call that stands still: which, by which thread, with which six arguments."""

    id: int
    thread: int
    name: str
    arguments: tuple[int, ...]


def install(sock: socket.socket, *, looks: bool = False) -> None:
    """Make every watched system call of this process wait for the judge at the other end of `sock`.

    With `looks`, calls that only look at a file wait as well. Returns only after the judge
    acknowledged. For the child, while it has a single thread: the filter cannot be taken off again
    and is inherited by all that this process starts.
    """
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        message = f"the listener must be installed by a single-threaded process, not with {threads}"
        raise MachineError(message)
    code = program(platform.machine(), looks=looks)
    fd = load(code, _NEW_LISTENER | _WAIT_KILLABLE)
    if fd < 0 and ctypes.get_errno() == errno.EINVAL:  # before Linux 5.19
        fd = load(code, _NEW_LISTENER)
    check(fd, "seccomp(NEW_LISTENER)")
    socket.send_fds(sock, [b"L"], [fd])
    os.close(fd)
    if sock.recv(1) != _ACKNOWLEDGED:
        raise OSError(errno.ECONNRESET, "the judge did not acknowledge the listener")


class Listener:
    """The judge's end: pollable, hands out calls that wait, carries the answers back."""

    def __init__(self, fd: int) -> None:
        """Take over the descriptor `fd`; it is closed with this object."""
        self._fd = fd
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)
        self._names = names(platform.machine())
        with contextlib.suppress(OSError):  # Linux 6.6: wake the judge on the child's core
            fcntl.ioctl(fd, _SET_FLAGS, 1)

    @classmethod
    def accept(cls, sock: socket.socket) -> Self:
        """Receive the listener that `install` sends over `sock`, and acknowledge it."""
        _, fds, _, _ = socket.recv_fds(sock, 1, 1)
        if not fds:
            message = "the child ended before it handed its system call listener over"
            raise MachineError(message)
        os.set_inheritable(fds[0], False)  # noqa: FBT003 - the standard library has no keyword
        listener = cls(fds[0])
        sock.send(_ACKNOWLEDGED)
        return listener

    def fileno(self) -> int:
        """Return the descriptor to poll: readable while a call waits, hung up when all ended."""
        return self._fd

    def receive(self) -> Notification | None:
        """Return the next waiting call, or None at once if there is none (or its caller died)."""
        if not any(events & select.POLLIN for _, events in self._poll.poll(0)):
            return None
        buffer = bytearray(_NOTIFICATION_BYTES)
        try:
            fcntl.ioctl(self._fd, _RECEIVE, buffer)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EINTR):
                return None
            raise
        ident, thread, _, number = struct.unpack_from("=QIIi", buffer)
        arguments = struct.unpack_from("=6Q", buffer, 32)
        return Notification(ident, thread, self._names[number], arguments)

    def let_run(self, notification: Notification) -> None:
        """Let the kernel carry the call out; nothing happens if its caller died meanwhile."""
        self._answer(notification, 0, _CONTINUE)

    def fail(self, notification: Notification, error: int) -> None:
        """Make the call fail with `error` (an errno) without running it."""
        self._answer(notification, -error, 0)

    def is_waiting(self, notification: Notification) -> bool:
        """Say if the caller still waits, so that what was read from it was really its own."""
        try:
            fcntl.ioctl(self._fd, _IS_VALID, struct.pack("=Q", notification.id))
        except OSError:
            return False
        return True

    def wait_until_nobody_is_left(self, seconds: float) -> bool:
        """Wait for the death of all that carry the filter; False if the time was not enough."""
        hung_up = select.poll()
        hung_up.register(self._fd, 0)
        return bool(hung_up.poll(seconds * 1000))

    def close(self) -> None:
        """Close the descriptor: calls that wait, and later ones, fail with ENOSYS."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the descriptor."""
        self.close()

    def _answer(self, notification: Notification, error: int, flags: int) -> None:
        answer = struct.pack("=QqiI", notification.id, 0, error, flags)
        try:
            fcntl.ioctl(self._fd, _SEND, answer)
        except OSError as problem:
            if problem.errno != errno.ENOENT:  # ENOENT: the caller was killed
                raise


def read_memory(thread: int, address: int, size: int) -> bytes:
    """Return up to `size` bytes at `address` of a process that stands still."""
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        return os.pread(memory.fileno(), size, address)


def read_string(thread: int, address: int) -> bytes:
    """Return the C string at `address`, cut at the longest path that Linux knows (4096 bytes)."""
    found = b""
    while len(found) < _PATH_MAX:
        page = (
            _PATH_MAX - (address + len(found)) % _PATH_MAX
        )  # never past a page that may not exist
        piece = read_memory(thread, address + len(found), min(page, 256))
        found += piece
        if b"\0" in piece or not piece:
            break
    return found.split(b"\0", 1)[0][:_PATH_MAX]


def available() -> str | None:
    """Try a listener on a forked child; return None if it works, else why this machine cannot."""
    if sys.platform != "linux":
        return f"system calls can be watched on Linux only, not on {sys.platform}"
    if platform.machine() not in MACHINES:
        return f"no system call table for the processor type {platform.machine()}"
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        child = os.fork()
        if child == 0:
            _be_watched(theirs)
        theirs.close()
        ours.settimeout(5)
        try:
            return _watch(ours)
        except OSError as error:
            return f"the listener does not answer: {error}"
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


_TRIAL = "a file that does not exist/trial of the listener"


def _be_watched(sock: socket.socket) -> None:
    """Install the listener, delete a missing file twice, and report both errors; never returns."""
    try:
        install(sock)
        seen = []
        for _ in range(2):
            try:
                os.unlink(_TRIAL)
            except OSError as error:
                seen.append(error.errno)
        sock.send(repr(seen).encode())
    except BaseException as error:  # noqa: BLE001 - whatever it is, the judge must hear it
        sock.send(str(error).encode())
    finally:
        os._exit(0)


def _watch(sock: socket.socket) -> str | None:
    message, fds, _, _ = socket.recv_fds(sock, 1000, 1)
    if not fds:
        return message.decode(errors="replace")
    with Listener(fds[0]) as listener:
        sock.send(_ACKNOWLEDGED)
        for answer in (lambda n: listener.fail(n, errno.EXDEV), listener.let_run):
            select.select([listener], [], [], 5)
            notification = listener.receive()
            if notification is None:
                return "the kernel does not report system calls to the listener"
            place = 0 if notification.name == "unlink" else 1
            path = read_string(notification.thread, notification.arguments[place])
            if os.fsdecode(path) != _TRIAL:
                return "the memory of a child cannot be read"
            answer(notification)
        found = sock.recv(1000).decode(errors="replace")
    expected = repr([errno.EXDEV, errno.ENOENT])
    return None if found == expected else f"answers do not arrive: {found} instead of {expected}"
