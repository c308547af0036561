"""Starts programs under a listener, from a process that is safe to fork.

pytest's own process may hold threads and whatever other tests imported. So tests hand a function to
a `clean_process`: a fresh interpreter with one thread that plays the judge and forks the programs.
"""

import multiprocessing
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec

from grader.crash_states.recorder import Launch
from grader.process import listener

P = ParamSpec("P")
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextmanager
def clean_process() -> Iterator[ProcessPoolExecutor]:
    """Yield an executor with one fresh, single-threaded process that runs functions by name."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_prepare) as executor:
        yield executor


def import_torch_once() -> int:
    """Import torch and everything that a first save imports; return the number of threads then."""
    import io  # noqa: PLC0415 - once, when asked

    import torch  # noqa: PLC0415 - once, when asked

    torch.set_num_threads(1)
    torch.save({"warm": torch.zeros(2)}, io.BytesIO())
    return len(list(Path("/proc/self/task").iterdir()))


def forked(program: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Launch:
    """Return what forks a child that calls `program` under a listener; status 70 if it raised."""

    def launch(sock: socket.socket) -> int:
        child = os.fork()
        if child == 0:
            _run(sock, lambda: program(*args, **kwargs))
        return child

    return launch


def _run(sock: socket.socket, program: Callable[[], object]) -> None:
    status = 70
    try:
        os.setpgid(0, 0)
        os.closerange(3, sock.fileno())  # above all the judge's end of the socket
        os.closerange(sock.fileno() + 1, 4096)
        listener.install(sock)
        program()
        status = 0
    except BaseException:  # noqa: BLE001 - a forked child must not return into pytest
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def _prepare() -> None:
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    sys.dont_write_bytecode = True
