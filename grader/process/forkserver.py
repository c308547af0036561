"""The fork server: imports torch once, then forks one child per phase.

Run as ``python -m grader.process.forkserver FD PROGRAM CONFINES WARMTH``. Learner code never
runs in this process, so a fork inherits nothing of an earlier one. It must stay single-threaded: a
fork of a process whose OpenMP pool has started hangs at its first parallel region (pytorch#17199).

A server whose WARMTH is "cold" imports no torch: each child does, seconds every time. On a GPU it
must be so, as a process that has asked CUDA for its devices has no child that could use one.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
import types
from typing import Any

from grader.process import child, kernel, memory, protocol
from grader.process.isolation import Confines, Isolation, Unconfined
from grader.process.landlock import Landlock
from grader.process.namespaces import Namespaces

JOB_MAX = 1 << 16
_FDS_MAX = 4


def isolation(confines: Confines) -> Isolation:
    """Return what carries *confines* out."""
    if confines.isolation == "namespaces":
        return Namespaces(confines)
    return Landlock(confines) if confines.isolation == "landlock" else Unconfined()


def serve(
    control: socket.socket, walls: Isolation, groups: list[int], program: types.ModuleType | None
) -> None:
    """Fork a child for every job that arrives on *control*, until the judge closes it.

    *groups* holds the process group of the child that is running, if one is; *program* is what was
    warmed up for it, None in a cold server.
    """
    while True:
        data, fds, _, _ = socket.recv_fds(control, JOB_MAX, _FDS_MAX)
        if not data:
            return
        job: dict[str, Any] = json.loads(data)
        if program and job["learner"] and program.warm_up_for(job["learner"]):
            _freeze()
        pid = walls.fork()
        if pid == 0:
            control.close()
            child.run(job, fds, walls, cold=program is None)  # never returns
        groups.append(pid)
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
        too_much = memory.wait(pidfd, job["limits"]["memory_mib"])
        os.close(pidfd)
        _, status, usage = os.wait4(pid, 0)
        survivors = walls.sweep(pid)
        groups.clear()
        report = {
            "exit": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory_kib": usage.ru_maxrss,
            "survivors": survivors,
            "too_much_memory": too_much,
        }
        control.send(json.dumps(report).encode())


def main() -> None:
    """Warm up, say so, and serve."""
    confines = Confines(**json.loads(sys.argv[3]))
    walls = isolation(confines)
    groups: list[int] = []

    def leave(_number: int, _frame: types.FrameType | None) -> None:
        for group in groups:
            walls.sweep(group)
        os._exit(0)

    # The judge may die of anything; nothing of ours, or of the learner's, may outlive it.
    signal.signal(signal.SIGTERM, leave)
    kernel.leave_with_parent(signal.SIGTERM)
    kernel.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the judge's to handle
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    room = walls.prepare()
    program = None
    if sys.argv[4] != protocol.COLD:
        program = importlib.import_module(sys.argv[2])
        program.warm_up()
    threads = len(os.listdir("/proc/self/task"))
    _freeze()
    ready = {"threads": threads, "message_max": protocol.MESSAGE_MAX}
    socket.send_fds(control, [json.dumps(ready).encode()], [] if room is None else [room])
    serve(control, walls, groups, program)


def _freeze() -> None:
    """Without this a collection in a child touches every object the server owns: 72 MB copied."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
