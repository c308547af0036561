"""The fork server: imports torch once, then forks one child per phase.

Run as ``python -m grader.process.forkserver FD PROGRAM``. Learner code never runs in this process,
so a fork inherits nothing of an earlier one. It must stay single-threaded: a fork of a process
whose OpenMP pool has started hangs at its first parallel region (pytorch#17199).
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

from grader.process import child, protocol

JOB_MAX = 1 << 16
_FDS_MAX = 4
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def serve(control: socket.socket, groups: list[int]) -> None:
    """Fork a child for every job that arrives on *control*, until the judge closes it.

    *groups* holds the process group of the child that is running, if one is.
    """
    while True:
        data, fds, _, _ = socket.recv_fds(control, JOB_MAX, _FDS_MAX)
        if not data:
            return
        job: dict[str, Any] = json.loads(data)
        pid = os.fork()
        if pid == 0:
            control.close()
            child.run(job, fds)  # never returns
        groups.append(pid)
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
        os.close(pidfd)
        _, status, usage = os.wait4(pid, 0)
        survivors = sweep(pid)
        groups.clear()
        report = {
            "exit": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory_kib": usage.ru_maxrss,
            "survivors": survivors,
        }
        control.send(json.dumps(report).encode())


def sweep(group: int) -> int:
    """Kill and reap whatever the child left; return how many had left its process group.

    Workers of a DataLoader stay in the group and die with it. A process that left the group was
    meant to survive; as a subreaper we become its parent, and it is counted, unless it had ended
    by itself and only waited to be reaped.
    """
    _kill_group(group)
    survivors = 0
    while left := _children():
        for pid in left:
            outside = _group_of(pid) not in {group, None}
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                continue
            survivors += outside
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return survivors


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in listed.split()]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def main() -> None:
    """Warm up, say so, and serve."""
    libc = ctypes.CDLL(None, use_errno=True)
    groups: list[int] = []

    def leave(_number: int, _frame: types.FrameType | None) -> None:
        for group in groups:
            sweep(group)
        os._exit(0)

    # The judge may die of anything; nothing of ours, or of the learner's, may outlive it.
    signal.signal(signal.SIGTERM, leave)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the judge's to handle
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    program = importlib.import_module(sys.argv[2])
    program.warm_up()
    threads = len(os.listdir("/proc/self/task"))
    # Without this a collection in a child touches every object the server owns: 72 MB copied.
    gc.collect()
    gc.freeze()
    ready = {"threads": threads, "message_max": protocol.MESSAGE_MAX}
    control.send(json.dumps(ready).encode())
    serve(control, groups)


if __name__ == "__main__":
    main()
