"""Whether a wait has a limit of time is read from the kernel; real waits of real processes."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from grader.process.signals import wait_until_still
from grader.process.timed_waits import has_limit

LONG = 60


def _result(limit: float | None) -> None:
    ThreadPoolExecutor(1).submit(time.sleep, LONG).result(timeout=limit)


def _join(limit: float | None) -> None:
    thread = threading.Thread(target=time.sleep, args=(LONG,))
    thread.start()
    thread.join(timeout=limit)


def _child(limit: float | None) -> None:
    subprocess.Popen(["sleep", "9"]).wait(timeout=limit)


def _poll(limit: float | None) -> None:
    select.poll().poll(None if limit is None else limit * 1000)


def _select(limit: float | None) -> None:
    select.select([os.pipe()[0]], [], [], limit)


def _epoll(limit: float | None) -> None:
    select.epoll().poll(limit)


WAITS = [_result, _join, _child, _poll, _select, _epoll]


@pytest.mark.parametrize("limit", [LONG, None])
@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_a_limit_is_seen(wait: Callable[[float | None], None], limit: float | None):
    """As `timeout=` has it, of whatever is waited for."""
    process = os.fork()
    if process == 0:
        os.setpgrp()
        with suppress(BaseException):
            wait(limit)
        os._exit(0)
    time.sleep(0.1)
    wait_until_still(process)

    seen = has_limit(process)
    os.killpg(process, signal.SIGKILL)  # and what it has started
    os.waitpid(process, 0)

    assert (limit is not None) == seen


def test_who_is_gone_has_none():
    """No process has this number."""
    assert not has_limit(-1)
