"""Where a thread or a process of a program begins: it says so with a call that the judge sees.

That call may be held like any other: the scheduler of this machine could have started it late, too.
A program that puts its threads past this can only be spared a test, never gain one.
"""

import os
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

from grader.process.listener import Notification, read_string

_BEGINS = "/exact-resume/begins"  # there is no such file
_PLACES = {"unlink": 0, "unlinkat": 1}


def announce() -> None:
    """Let every thread and every forked process of this one say where it begins, from now on."""
    threading.setprofile(_first_call)
    os.register_at_fork(after_in_child=_say)


def is_one(notification: Notification) -> bool:
    """Say whether a call is the one by which something says that it begins."""
    place = _PLACES.get(notification.name)
    if place is None:
        return False
    try:
        return read_string(notification.thread, notification.arguments[place]) == _BEGINS.encode()
    except OSError:
        return False  # it has just died


def _first_call(_frame: FrameType, _event: str, _argument: Any) -> None:  # noqa: ANN401 - as sys has it
    sys.setprofile(None)
    _say()


def _say() -> None:
    with suppress(OSError):
        os.unlink(_BEGINS)
