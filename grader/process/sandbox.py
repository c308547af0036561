"""The sandbox around a fork server: what it is called, and the command that starts one in it.

bwrap (https://github.com/containers/bubblewrap) builds a file system of what may be read and
nothing else, without network, other processes or rights. In it live our fork server and the phases,
which `grader.process.namespaces` or `grader.process.landlock` then keep from each other.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from grader.errors import MachineError
from grader.process.isolation import Confines
from grader.process.namespaces import WORK

ROOM = "/exact-resume-room"
"""Where the phases' folders lie, in a sandbox; nowhere else may anything be written."""

SPARE_USER = 65534
"""Whom learner code runs as when the judge is root: a user that owns nothing."""

_ROOM_BYTES = 96 << 20
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One of the sandboxes.

    Attributes:
        name: as ``--sandbox`` takes it.
        wrapped: bwrap is around the fork server.
        isolation: what a phase is kept from, one of the words of `grader.process.isolation`.
        meaning: one line for people.
    """

    name: str
    wrapped: bool
    isolation: str
    meaning: str

    @property
    def owner(self) -> int | None:
        """The user whom learner code runs as; None is the one who runs the judge."""
        return SPARE_USER if self.wrapped and os.getuid() == 0 else None

    def confines(self, visible: Sequence[Path]) -> Confines:
        """Return what the fork server is told.

        Raises:
            MachineError: learner code could not read what is to be visible.
        """
        if self.owner is not None:
            _check_readable(visible)
        room = ROOM if self.wrapped else ""
        return Confines(self.isolation, [*_runtime(), *map(str, visible)], room)

    def command(self, command: Sequence[str], visible: Sequence[Path]) -> list[str]:
        """Return *command* as it is started in this sandbox."""
        if not self.wrapped:
            return list(command)
        paths = [*_runtime(), *map(str, visible)]
        rights = _RIGHTS if self.isolation == "namespaces" else ()
        inner = [*_bwrap(paths), *_OWN, *rights, "--", *command]
        if self.owner is None:
            return inner
        # Root would keep its rights in bwrap. The first bwrap only makes every path one that
        # another user may walk, whatever the folders above it allow; that user starts the second.
        user = (f"--reuid={SPARE_USER}", f"--regid={SPARE_USER}", "--clear-groups")
        become = ["setpriv", *user, "--pdeathsig", "SIGKILL", "--"]
        outer = [*_bwrap(paths), "--bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev"]
        return [*outer, "--", *become, *inner]


NONE = Sandbox("none", wrapped=False, isolation="none", meaning="limits only; the machine is open")
SANDBOXES = (
    Sandbox(
        "bwrap", wrapped=True, isolation="namespaces",
        meaning="bwrap, and a world of its own for every process that is killed",
    ),
    Sandbox(
        "bwrap-landlock", wrapped=True, isolation="landlock",
        meaning="bwrap, and Landlock between the phases",
    ),
    Sandbox(
        "landlock", wrapped=False, isolation="landlock",
        meaning="Landlock and a list of denied calls; no quota on the disk",
    ),
    NONE,
)  # fmt: skip
"""The strongest first."""

_OWN = (
    "--unshare-all", "--new-session", "--proc", "/proc",
    # Not --dev: it makes bwrap add a second user namespace, in which nothing can be mounted.
    "--tmpfs", "/dev", *chain.from_iterable(("--dev-bind", name, name) for name in _DEVICES),
    "--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm", "--dir", WORK,  # noqa: S108 - names in a file system of its own
    "--size", str(_ROOM_BYTES), "--tmpfs", ROOM,
    # A file system in memory that could be written would carry state over a kill.
    "--remount-ro", "/dev", "--remount-ro", "/tmp", "--remount-ro", "/",  # noqa: S108 - as above
)  # fmt: skip

# Of the sandbox's own user namespace: they are none outside.
_RIGHTS = ("--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP")


def _check_readable(paths: Sequence[Path]) -> None:
    """See that another user may read *paths*: else a learner would fail for it.

    Raises:
        MachineError: one of them is private.
    """
    for path in paths:
        wanted = 0o005 if path.is_dir() else 0o004
        if path.stat().st_mode & wanted != wanted:
            message = (
                f"{path}: only its owner may read it; a sandbox that root starts runs as another "
                f"user: chmod o+rX {path}"
            )
            raise MachineError(message)


def _bwrap(paths: Sequence[str]) -> list[str]:
    """Return the beginning of a bwrap command: *paths* and the system's programs, to be read."""
    command = ["bwrap", "--die-with-parent", "--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            command += ["--symlink", os.readlink(name), name]
        else:
            command += ["--ro-bind-try", name, name]
    command += ["--tmpfs", "/tmp"]  # noqa: S108 - a file system of its own
    # By itself bwrap makes the folders above a path for its own user alone.
    above = {str(folder) for path in ("/etc/x", *paths) for folder in Path(path).parents}
    for folder in sorted(above - {"/", "/tmp"}):  # noqa: S108 - as above
        command += ["--perms", "0755", "--dir", folder]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        command += ["--ro-bind-try", name, name]
    for path in paths:
        command += ["--ro-bind", path, path]
    course = _PACKAGE / "_course"  # an installed course lies in the package, solutions and all
    if course.is_dir():
        command += ["--tmpfs", str(course)]
        for path in paths:
            if Path(path).is_relative_to(course):
                command += ["--ro-bind", path, path]
    return command


def _runtime() -> list[str]:
    """Return the folders of Python, torch and the grader itself, without those inside another."""
    return list(dict.fromkeys(_outermost()))


def _outermost() -> Iterator[str]:
    torch = importlib.util.find_spec("torch")
    libraries = Path(torch.origin).parents[1] if torch and torch.origin else _PACKAGE
    found = sorted({Path(sys.prefix), Path(sys.base_prefix), libraries, _PACKAGE})
    for path in found:
        others = [other for other in found if other != path]
        covered = path.is_relative_to("/usr") or any(map(path.is_relative_to, others))
        if not covered:
            yield str(path)
