"""Find the newest checkpoint that is whole, and keep enough of them that there is one.

Lesson: lessons/ex09_newest_valid/index.md
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
DIGEST_BYTES = 32
# END SOLUTION


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    # BEGIN SOLUTION
    packed = io.BytesIO()
    torch.save(state, packed)
    content = packed.getvalue()
    unfinished = directory / "unfinished"
    with unfinished.open("wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, directory / f"step-{state['step']:08}")
    _flush_names(directory)
    # END SOLUTION


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over.

    Called once, before the first step. The state is None where no whole checkpoint is there. The
    names are those of newer checkpoints which are damaged: whoever runs the training has to know.
    """
    # BEGIN SOLUTION
    names = [path.name for path in _checkpoints(directory)]
    for path in reversed(_checkpoints(directory)):
        state = _read(path)
        if state is not None:
            return state, [name for name in names if name != path.name]
    return None, names
    # END SOLUTION


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    # BEGIN SOLUTION
    whole = [path for path in _checkpoints(directory) if _read(path) is not None]
    for path in whole[:-keep]:
        path.unlink()


def _checkpoints(directory: Path) -> list[Path]:
    """Return all checkpoints, the oldest first; numbers of eight digits sort as they count."""
    return sorted(directory.glob("step-*"))


def _read(path: Path) -> dict[str, Any] | None:
    """Return the state in a file, None where it has not the bytes that were written."""
    held = path.read_bytes()
    digest, content = held[:DIGEST_BYTES], held[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        return None
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state


def _flush_names(directory: Path) -> None:
    """Return once the names in *directory* are on the disk."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    # END SOLUTION
