"""Between the fork and the learner's import: what makes a child a process of its own.

The order matters: own session, into the sandbox, own folder and environment, limits, then (where a
job asks for it) the system-call listener, rights given up, and last the learner's file. What the
sandbox denies includes the very call that installs a listener, so that comes before.
"""

import importlib
import os
import random
import signal
import socket
import sys
import tempfile
import traceback
import types
from pathlib import Path
from typing import Any, NoReturn

from grader.process import environment, limits, listener
from grader.process.isolation import Isolation
from grader.process.kernel import leave_with_parent
from grader.process.probe import Probe

LEARNER_MODULE = "checkpoint"
NO_EXCEPTION = "no Exception: `except Exception` lets it through"
"""What is said of an exception that derives from BaseException only."""

_TEMPORARY = "tmp"
_FRAMES = 2


def run(job: dict[str, Any], fds: list[int], walls: Isolation, *, cold: bool) -> NoReturn:
    """Become the process of one phase and run it to its end. Never returns.

    The descriptors are, in order: the report channel, the output pipe, and an exchange file
    through which the diagnosis passes items in and out. *cold*: the server has not warmed up.
    """
    channel = socket.socket(fileno=fds[0])
    code = 1
    try:
        _settle(job, fds, walls, channel, cold=cold)
        probe = Probe(channel)
        code = _run_program(job, probe, fds[2] if len(fds) > 2 else None)  # noqa: PLR2004 - the third of the list above
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing may unwind into the fork server's loop
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _settle(
    job: dict[str, Any], fds: list[int], walls: Isolation, channel: socket.socket, *, cold: bool
) -> None:
    os.setsid()
    leave_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(fds[1], 1)
    os.dup2(fds[1], 2)
    _close_all_but({0, 1, 2, fds[0], *fds[2:]})
    folder = walls.enter(Path(job["folder"]), Path(job["outside"]) if job["outside"] else None)
    os.chdir(folder)
    temporary = folder / _TEMPORARY
    environment.become_childs(temporary)
    tempfile.tempdir = None  # torch has made tempfile remember the fork server's
    if cold:  # after the descriptors are closed: CUDA opens some of its own
        importlib.import_module(job["program"]).warm_up()
    limits.apply(limits.Limits(**job["limits"]))
    reseed()
    if job["watch"]:
        listener.install(channel, looks=job["watch"] == "looks")
    walls.lock()


def reseed() -> None:
    """Give every global random stream a seed of its own.

    A fork inherits the server's streams, so an unseeded program would draw the same numbers in
    every phase; after a real restart it would not.
    """
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(int.from_bytes(os.urandom(4)))
    if "torch" in sys.modules:
        # The generator itself: torch.seed() also asks every kind of device, which takes longer.
        sys.modules["torch"].default_generator.seed()


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd not in kept:
            try:
                os.close(fd)
            except OSError:
                continue  # the descriptor by which the list itself was read


def _run_program(job: dict[str, Any], probe: Probe, exchange: int | None) -> int:
    program = importlib.import_module(job["program"])
    learner = None
    if job["learner"]:
        probe.enter("import")
        try:
            learner = load_learner(Path(job["learner"]))
        except Exception as problem:  # noqa: BLE001 - whatever the learner's file raises is reported
            probe.failed("import", describe(problem))
            return 1
    finished: int = program.run(job["arguments"], probe, learner, exchange)
    return finished


def load_learner(path: Path) -> types.ModuleType:
    """Return the learner's file as a module, compiled from the text as it stands now.

    A cached ``.pyc`` is never read: two saves within one second may share its time stamp.
    """
    module = types.ModuleType(LEARNER_MODULE)
    module.__file__ = str(path)
    sys.modules[LEARNER_MODULE] = module
    source = path.read_bytes()
    exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - running the learner's file is the job
    return module


def describe(problem: BaseException) -> str:
    """Return an exception with the frames that help: the learner's last ones, and where it arose.

    A library's frames in between can be so many that the learner's own line would be cut away.
    """
    own = getattr(sys.modules.get(LEARNER_MODULE), "__file__", None)
    told = traceback.TracebackException.from_exception(problem)
    waiting, seen = [told], set()
    while waiting:
        one = waiting.pop()
        seen.add(id(one))
        mine = [frame for frame in one.stack if frame.filename == own][-_FRAMES:]
        rest = [frame for frame in one.stack[-1:] if frame.filename != own]
        one.stack = traceback.StackSummary.from_list([*mine, *rest])
        chained = [held for held in (one.__cause__, one.__context__) if held]
        waiting += [held for held in chained if id(held) not in seen]
    text = "".join(told.format()).strip()
    if isinstance(problem, Exception):
        return text
    before, _, last = text.rpartition("\n")
    return f"{before}\n{type(problem).__name__} ({NO_EXCEPTION}): {last}"


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
