"""What one process may use: wall time, CPU, memory, output, file size.

The kernel holds CPU, memory and file size (resource limits); the judge holds wall time and output.
Memory is RLIMIT_DATA, not RLIMIT_AS: libraries and thread stacks take address space that is never
used, and counting it would punish an import.
"""

import resource
from dataclasses import dataclass, replace

MIB = 1 << 20
TASKS_MAX = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one phase, and of the checkpoint directory that it leaves."""

    seconds: float = 10.0
    memory_mib: int = 1024
    output_kib: int = 64
    checkpoint_kib: int = 4096
    checkpoint_files: int = 64
    open_files: int = 256


def on_device(limits: Limits) -> Limits:
    """Return *limits* with room for a new interpreter that imports torch, and for CUDA beside it.

    CUDA maps much more than it uses, and looks for its libraries in many files.
    """
    return replace(limits, seconds=limits.seconds + 110, memory_mib=1 << 16, open_files=1024)


def apply(limits: Limits) -> None:
    """Set the kernel's part of *limits* for this process and its children, for good."""
    seconds = int(limits.seconds) + 1
    wanted = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_DATA: limits.memory_mib * MIB,
        # One file can never need more than the whole directory may hold, twice over for a copy.
        resource.RLIMIT_FSIZE: max(64 * MIB, 2 * limits.checkpoint_kib * 1024),
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def bound_processes() -> None:
    """Let this user have no more than some processes and threads: in a sandbox of its own only.

    Elsewhere the kernel would count everything else that the user runs.
    """
    resource.setrlimit(resource.RLIMIT_NPROC, (TASKS_MAX, TASKS_MAX))
