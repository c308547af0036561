"""The listener shows every file-changing call before it runs, and its answer is obeyed."""

import ctypes
import errno
import mmap
import os
import platform
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.process import listener
from grader.process.listener import Listener, Notification
from tests.system.launcher import clean_process, forked

X86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="x86_64 has the foreign calls")
Answer = Callable[[Listener, Notification], object]


@pytest.fixture(scope="module")
def judge() -> Iterator[ProcessPoolExecutor]:
    """Yield one clean process with a single thread."""
    with clean_process() as executor:
        yield executor


def _let_run(judge: Listener, notification: Notification) -> None:
    judge.let_run(notification)


def _out_of_space(judge: Listener, notification: Notification) -> None:
    judge.fail(notification, errno.ENOSPC)


def _watch(
    program: Callable[[Path], object], argument: Path, answer: Answer = _let_run
) -> tuple[list[str], int]:
    """Run the program, answer each call; return the calls' names and the exit status."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        child = forked(program, argument)(theirs)
        theirs.close()
        names = []
        with Listener.accept(ours) as judge:
            ended = os.pidfd_open(child)
            poll = select.poll()
            poll.register(judge, select.POLLIN)
            poll.register(ended, select.POLLIN)
            while ended not in dict(poll.poll(20_000)):
                if (notification := judge.receive()) is not None:
                    names.append(notification.name)
                    answer(judge, notification)
            os.close(ended)
    _, status = os.waitpid(child, 0)
    return names, os.waitstatus_to_exitcode(status)


def _changes(path: Path) -> None:
    path.write_bytes(b"new")
    path.rename(path.with_name("renamed"))


def _reads(path: Path) -> None:
    path.read_bytes()
    path.stat()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:]
    with socket.socket(socket.AF_UNIX) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_it_is_available_here() -> None:
    """Here system calls can be watched, twice in a row and without leaving a child behind."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_text()

    assert listener.available() is None
    assert listener.available() is None
    assert children.read_text() == before


def _available_below_another_listener(_: Path) -> None:
    reason = listener.available()
    os._exit(0 if reason is not None and "seccomp(NEW_LISTENER)" in reason else 1)


def test_it_says_why_not(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Where another listener already holds the process, the kernel's reason is reported."""
    _, status = judge.submit(_watch, _available_below_another_listener, tmp_path).result()
    assert status == 0


def test_changes_are_seen_and_run(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Opening to write, writing and renaming are seen, in order, and happen once let run."""
    names, status = judge.submit(_watch, _changes, tmp_path / "file").result()
    assert (names[:2], status) == (["openat", "write"], 0)
    assert names[2].startswith("rename")
    assert (tmp_path / "renamed").read_bytes() == b"new"


def test_reading_is_not_seen(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Calls that cannot change a file run at full speed."""
    file = tmp_path / "file"
    file.write_bytes(b"old")
    assert judge.submit(_watch, _reads, file).result() == ([], 0)


def _hits_a_full_disk(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
    except OSError as error:
        os._exit(error.errno or 0)


def test_a_call_can_fail(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """A call that the judge makes fail reports exactly that error and does nothing."""
    file = tmp_path / "file"
    names, status = judge.submit(_watch, _hits_a_full_disk, file, _out_of_space).result()
    assert (names, status) == (["openat"], errno.ENOSPC)
    assert not file.exists()


def _kill(judge: Listener, notification: Notification) -> None:
    os.kill(notification.thread, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while judge.is_waiting(notification) and time.monotonic() < deadline:
        time.sleep(0.001)
    judge.let_run(notification)  # much too late, and no error


def test_an_unanswered_call_never_runs(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """SIGKILL instead of an answer: the file is not even created."""
    file = tmp_path / "file"
    names, status = judge.submit(_watch, _changes, file, _kill).result()
    assert (names, status) == (["openat"], -signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []


def _x32_getpid(_: Path) -> None:
    ctypes.CDLL(None).syscall(0x40000000 | 39)


def _foreign_getpid(_: Path) -> None:
    """Call getpid as a 32-bit program does: mov eax, 20; int 0x80; ret."""
    all_rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=all_rights)
    code.write(bytes.fromhex("b814000000cd80c3"))
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


@X86
@pytest.mark.parametrize("program", [_x32_getpid, _foreign_getpid])
def test_foreign_calls_kill(
    program: Callable[[Path], None], judge: ProcessPoolExecutor, tmp_path: Path
) -> None:
    """A call under another architecture's numbers, which would pass unseen, kills the child."""
    assert judge.submit(_watch, program, tmp_path).result() == ([], -signal.SIGSYS)


def _io_uring(_: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    parameters = ctypes.create_string_buffer(120)
    result = libc.syscall(425, ctypes.c_uint(1), parameters)
    os._exit(ctypes.get_errno() if result < 0 else 0)


def test_io_uring_does_not_exist(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """The one way to write without system calls is closed as on a kernel that lacks it."""
    assert judge.submit(_watch, _io_uring, tmp_path).result() == ([], errno.ENOSYS)


def _installs_with_two_threads() -> str:
    ours, theirs = socket.socketpair()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with ours, theirs:
            listener.install(theirs)
    except MachineError as error:
        return str(error)
    finally:
        stop.set()
        thread.join()
    return "installed"


def test_threads_are_refused(judge: ProcessPoolExecutor) -> None:
    """A second thread would go unseen, so nothing is installed."""
    message = judge.submit(_installs_with_two_threads).result()
    assert message == "the listener must be installed by a single-threaded process, not with 2"


def _no_acknowledgement() -> int:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            child = forked(os.getpid)(theirs)
        _, fds, _, _ = socket.recv_fds(ours, 1, 1)
        os.close(fds[0])
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_a_vanished_judge_is_noticed(judge: ProcessPoolExecutor) -> None:
    """Without an acknowledgement the program does not start."""
    assert judge.submit(_no_acknowledgement).result() == 70


def _no_listener() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        theirs.close()
        Listener.accept(ours)


def test_a_child_that_never_installs(judge: ProcessPoolExecutor) -> None:
    """A child that dies before it hands the listener over is the machine's fault, by name."""
    with pytest.raises(MachineError, match="ended before it handed its system call listener over"):
        judge.submit(_no_listener).result()


def test_memory_is_read() -> None:
    """Strings are cut at their end and at the longest path; wrong addresses are errors."""
    text = ctypes.create_string_buffer(b"a name\0rest")
    assert listener.read_string(os.getpid(), ctypes.addressof(text)) == b"a name"
    assert listener.read_memory(os.getpid(), ctypes.addressof(text) + 2, 4) == b"name"
    long = ctypes.create_string_buffer(b"x" * 10_000)
    assert listener.read_string(os.getpid(), ctypes.addressof(long)) == b"x" * 4096
    with pytest.raises(OSError, match="Input/output"):
        listener.read_memory(os.getpid(), 8, 8)
