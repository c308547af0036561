"""The judge's handle on the fork servers: start them, hand them a job, hear how it ended."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.errors import MachineError
from grader.process import environment
from grader.process.ending import Ending
from grader.process.kernel import act_on_files_as
from grader.process.limits import Limits
from grader.process.protocol import COLD, WARM
from grader.process.sandbox import NONE, ROOM, Sandbox

_MESSAGE_MAX = 1 << 16
_START_SECONDS = 120
_ANSWER_SECONDS = 30
_LEAVE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Job:
    """One phase to run.

    Attributes:
        program: module whose ``run(arguments, probe, learner, exchange)`` is the training.
        learner: the learner's file, or None for a run without learner code.
        folder: the phase's own folder; its working directory.
        outside: where a phase's temporary folders are kept for the next; None: they end with it.
        arguments: what the program needs, as JSON allows.
        watch: "changes" to have every call that changes a file wait for the judge, "looks" for
            those that look at one, too; "" for none.
    """

    program: str
    learner: Path | None
    folder: Path
    arguments: dict[str, Any]
    limits: Limits
    outside: Path | None = None
    watch: str = ""


class ForkServer:
    """A warm interpreter that forks one child at a time.

    Attributes:
        sandbox: what it lives in.
        lock: held by whoever runs a phase in this server.
    """

    def __init__(  # noqa: PLR0913 - what a server is made of
        self,
        name: str,
        hash_seed: int,
        program: str,
        sandbox: Sandbox = NONE,
        visible: Sequence[Path] = (),
        *,
        device: str = "",
    ) -> None:
        """Start the server; it warms up while the caller goes on.

        In a sandbox, learner code sees of the machine the paths in *visible*, Python and torch.
        With a *device* each of its children imports torch anew, and finds that device.

        Call it from the main thread: the kernel ends the server when the *thread* that started
        it ends.
        """
        self.name = name
        self.lock = threading.Lock()
        self._ready = False
        self._gone = ""
        self._room: int | None = None
        self.sandbox = sandbox
        confines = sandbox.confines(visible)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", "-s", "-m", "grader.process.forkserver"]
        warmth = COLD if device else WARM
        command += [str(theirs.fileno()), program, json.dumps(asdict(confines)), warmth]
        room = {"TMPDIR": ROOM} if confines.room else {}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                sandbox.command(command, visible),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment.of_server(device, hash_seed) | room,
            )
        except OSError as problem:
            self.control.close()
            message = f"fork server {name} could not be started: {problem}"
            raise MachineError(message) from problem
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Return once the server can fork.

        Raises:
            MachineError: it died or took too long while importing torch.
        """
        if self._ready:
            return
        self.control.settimeout(_START_SECONDS)
        try:
            data, fds, _, _ = socket.recv_fds(self.control, _MESSAGE_MAX, 1)
            ready = json.loads(data or b"null")
        except TimeoutError:
            self.give_up(
                f"fork server {self.name} imports torch for over {_START_SECONDS} s: "
                "much else runs here, or the disk is slow. Fix: try again when it is quiet"
            )
            ready = None
        if ready is None:
            raise MachineError(self._post_mortem())
        if ready["threads"] != 1:
            message = f"fork server {self.name} runs {ready['threads']} threads; a fork needs 1"
            raise MachineError(message)
        self.control.settimeout(_ANSWER_SECONDS)
        self._room = fds[0] if fds else None
        self._ready = True

    def place(self, folder: Path) -> Path:
        """Return where the judge finds a phase's folder: in a sandbox it is in the room."""
        self.wait_until_ready()
        return folder if self._room is None else Path(f"/proc/self/fd/{self._room}", folder.name)

    def inside(self, folder: Path) -> Path:
        """Return what the server itself calls a phase's folder."""
        return folder if self._room is None else Path(ROOM, folder.name)

    @contextmanager
    def acting_as_owner(self) -> Iterator[None]:
        """Have what this thread makes belong to the user whom learner code runs as."""
        if self.sandbox.owner is None:
            yield
            return
        act_on_files_as(self.sandbox.owner)
        try:
            yield
        finally:
            act_on_files_as(0)

    @property
    def usable(self) -> bool:
        """Whether it can take another job."""
        return not self._gone and self._process.poll() is None

    def spawn(self, job: Job, fds: Sequence[int]) -> tuple[int, int]:
        """Fork a child for *job*; return its process id and a pidfd.

        Raises:
            MachineError: the server is gone.
        """
        if self._gone:
            raise MachineError(self._gone)
        self.wait_until_ready()
        request = {
            "program": job.program,
            "learner": str(job.learner) if job.learner else None,
            "folder": str(job.folder),
            "outside": str(job.outside) if job.outside else "",
            "arguments": job.arguments,
            "limits": asdict(job.limits),
            "watch": job.watch,
        }
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], list(fds))
            data, received, _, _ = socket.recv_fds(self.control, _MESSAGE_MAX, 1)
        except OSError as problem:
            raise MachineError(self._post_mortem()) from problem
        if not data:
            raise MachineError(self._post_mortem())
        return json.loads(data)["pid"], received[0]

    def ending(self) -> Ending:
        """Return how the child ended; blocks until the server has reaped and swept it.

        Raises:
            MachineError: the server is gone.
        """
        try:
            data = self.control.recv(_MESSAGE_MAX)
        except OSError as problem:
            raise MachineError(self._post_mortem()) from problem
        if not data:
            raise MachineError(self._post_mortem())
        return Ending(**json.loads(data))

    def close(self) -> None:
        """End the server, and whatever of a child is left."""
        self.control.close()
        if self._room is not None:
            os.close(self._room)
            self._room = None
        self._process.terminate()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def give_up(self, why: str) -> None:
        """Use this server no more: every further job fails with *why*."""
        self._gone = self._gone or why
        self._process.terminate()

    def _post_mortem(self) -> str:
        if self._gone:
            return self._gone
        self._process.kill()
        _, said = self._process.communicate()
        tail = (said or b"").decode("utf-8", "backslashreplace").strip().splitlines()[-3:]
        status = self._process.returncode
        self._gone = f"fork server {self.name} ended with status {status}: " + (
            " / ".join(tail) or "silent"
        )
        return self._gone


class ForkServers:
    """Two fork servers, each with its own hash seed: a kill in one is resumed in the other."""

    def __init__(
        self,
        program: str,
        cores: int = 2,
        sandbox: Sandbox = NONE,
        visible: Sequence[Path] = (),
        device: str = "",
    ) -> None:
        """Start both; with two cores they warm up, and work, at the same time."""
        self.cores = cores
        first = ForkServer("A", 1, program, sandbox, visible, device=device)
        if cores == 1:
            first.wait_until_ready()
        self.pair = (first, ForkServer("B", 2, program, sandbox, visible, device=device))

    def __enter__(self) -> Self:
        """Return the servers, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close both servers."""
        for server in self.pair:
            server.close()

    @property
    def usable(self) -> bool:
        """Whether both can take another job."""
        return all(server.usable for server in self.pair)

    def wait_until_ready(self) -> None:
        """Return once both can fork."""
        for server in self.pair:
            server.wait_until_ready()
