"""Which sandbox works here: each is tried with a small program that attempts what it must not do.

Nothing is looked up: a kernel, a container or a security module may forbid any part, and a
sandbox that lets one attempt through counts as not working.
"""

import json
import os
import socket
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import GraderError, UsageError
from grader.process import landlock, protocol
from grader.process.limits import Limits
from grader.process.probe import Probe
from grader.process.sandbox import NONE, SANDBOXES, Sandbox
from grader.process.servers import ForkServer, Job

AUTO = "auto"
NAMES = (AUTO, *(sandbox.name for sandbox in SANDBOXES))
_SECONDS = 20


def allowed(name: str, *, trusted: bool = False) -> str:
    """Return *name* if a sandbox is called so; *trusted* allows none at all.

    Raises:
        UsageError: there is no such sandbox, or it is none and was not asked for twice.
    """
    if name not in NAMES:
        message = f"--sandbox {name!r}: there are {', '.join(NAMES)}"
        raise UsageError(message)
    if name == NONE.name and not trusted:
        message = (
            "--sandbox none runs other people's programs with your rights: they can read your "
            "files and use your network. If you trust every one of them, add "
            "--i-trust-these-submissions."
        )
        raise UsageError(message)
    return name


def chosen(name: str, *, trusted: bool = False) -> Sandbox:
    """Return the sandbox of this name, or the strongest that works here.

    Raises:
        UsageError: as `allowed` says, or it does not work here.
    """
    allowed(name, trusted=trusted)
    why = {}
    for sandbox in SANDBOXES:
        if name == sandbox.name or (name == AUTO and sandbox != NONE):
            why[sandbox.name] = why_not(sandbox)
            if not why[sandbox.name]:
                return sandbox
    reasons = "\n".join(f"  {sandbox}: {reason}" for sandbox, reason in why.items())
    message = (
        f"no sandbox works on this machine, so nobody's program was run:\n{reasons}\n"
        "Install bubblewrap (Debian and Ubuntu: apt install bubblewrap), or see the page "
        "For instructors about containers."
    )
    raise UsageError(message)


@cache
def why_not(sandbox: Sandbox) -> str:
    """Return why a sandbox does not work here, empty if it does."""
    if sandbox == NONE:
        return ""
    if sandbox.isolation == "landlock" and not sandbox.wrapped:
        spoken = landlock.version()
        if spoken < landlock.ABI_MIN:
            return f"the kernel speaks Landlock {spoken}; {landlock.ABI_MIN} (Linux 6.12) is needed"
    try:
        with tempfile.TemporaryDirectory(prefix="exact-resume-tried-") as folder:
            return _try(sandbox, Path(folder))
    except (GraderError, OSError) as problem:
        return str(problem)


def _try(sandbox: Sandbox, folder: Path) -> str:
    secret, phase = folder / "secret", folder / "phase"
    secret.write_text("secret")
    phase.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        arguments = {"secret": str(secret), "judge": os.getpid(), "port": port}
        server = ForkServer("T", 0, __name__, sandbox)
        try:
            place = server.place(phase)
            with server.acting_as_owner():
                (place / "tmp").mkdir(parents=True)
            job = Job(__name__, None, server.inside(phase), arguments, Limits(seconds=_SECONDS))
            done = _spoken(server, job)
        finally:
            server.close()
    if done is None:
        return "a process in it ended before it had tried anything"
    allowed = [name for name, happened in done.items() if happened]
    if allowed != ["write its own folder"]:
        wrong = [name for name in allowed if name != "write its own folder"]
        return f"a process in it could {', '.join(wrong)}" if wrong else "its folder is read-only"
    return ""


def _spoken(server: ForkServer, job: Job) -> dict[str, bool] | None:
    """Return what the program says that it could do."""
    channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with channel, theirs, open(os.devnull, "wb") as nothing:
        _, pidfd = server.spawn(job, [theirs.fileno(), nothing.fileno()])
        os.close(pidfd)
        theirs.close()
        channel.settimeout(_SECONDS)
        said = channel.recv(protocol.MESSAGE_MAX)
        server.ending()
    if not said:
        return None
    done: dict[str, bool] = json.loads(protocol.decode(said, 0).text)
    return done


def warm_up() -> None:
    """Import nothing more."""


def warm_up_for(_learner: str) -> bool:
    """Import nothing for a learner's file either."""
    return False


def run(arguments: dict[str, Any], probe: Probe, _learner: object, _exchange: int | None) -> int:
    """In the sandbox: attempt each thing, and say what could be done."""
    secret = Path(arguments["secret"])
    attempts = {
        "write its own folder": lambda: Path("tmp", "written").write_text("here"),
        "read a file of yours": secret.read_bytes,
        "write beside it": lambda: secret.with_name("new").write_text("x"),
        "send signals to the judge": lambda: os.kill(arguments["judge"], 0),
        "use the network": lambda: socket.create_connection(("127.0.0.1", arguments["port"]), 1),
    }
    probe.note(json.dumps({name: _works(attempt) for name, attempt in attempts.items()}))
    return 0


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
