"""What this machine can do for a grading, and why: each line was tried, not looked up."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from grader.course import exercises
from grader.errors import MachineError, UsageError
from grader.grade import check_machine
from grader.process import listener, tiers
from grader.process.sandbox import NONE, SANDBOXES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing tried: its name, whether it works, and what that means."""

    name: str
    works: bool
    meaning: str


def mode() -> tuple[str, str]:
    """Return the strongest mode that works here, and why not a stronger one ("" if none is)."""
    why_not = listener.available()
    return ("sampled", why_not) if why_not else ("exhaustive", "")


def need(device: str) -> None:
    """Look whether torch has a device here.

    Raises:
        UsageError: it has none; the message says what torch is built for.
    """
    if device == "cpu":
        return
    ask = "import torch; print(torch.version.cuda or 'none', torch.cuda.is_available())"
    asked = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    built, works = asked.stdout.split() or ("none", "False")
    if works != "True":
        how = "without CUDA" if built == "none" else f"for CUDA {built}"
        torch = f"torch {_version('torch')} is built {how}"
        message = (
            f"--device {device}: torch sees no such device here; {torch}. Fix: a machine with a "
            "GPU and a build of torch for it (`nvidia-smi` shows whether the driver sees it), or "
            "leave --device out"
        )
        raise UsageError(message)


def examine() -> Iterator[Finding]:
    """Try everything that a grading needs, one thing after the other."""
    python = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding("Python", sys.version_info >= (3, 11), python)
    yield Finding("torch", works=True, meaning=_version("torch"))
    linux = sys.platform == "linux"
    yield Finding(
        "SIGKILL and fork", linux, "Linux" if linux else "only Linux can be graded on yet"
    )
    chosen, why_not = mode()
    meaning = (
        "kills at any system call are possible" if not why_not else f"step kills only: {why_not}"
    )
    yield Finding("system-call listener", not why_not, meaning)
    memory = Path("/dev/shm")  # noqa: S108 - only looked at
    fast = memory.is_dir() and os.access(memory, os.W_OK)
    yield Finding("folder in memory", fast, str(memory) if fast else "trials use the disk: slower")
    yield Finding("mode", works=True, meaning=chosen)
    for sandbox in SANDBOXES:
        if sandbox != NONE:
            missing = tiers.why_not(sandbox)
            yield Finding(f"sandbox {sandbox.name}", not missing, missing or sandbox.meaning)
    yield _exactness()


def _exactness() -> Finding:
    exercise = exercises()[0]
    try:
        check_machine(exercise)
    except MachineError as problem:
        return Finding("exact resume", works=False, meaning=str(problem))
    meaning = f"{exercise.name} trained twice alike, was killed and resumed bit for bit"
    return Finding("exact resume", works=True, meaning=meaning)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
