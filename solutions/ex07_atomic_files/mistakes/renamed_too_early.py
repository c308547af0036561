"""Write a checkpoint so that a kill leaves the old one or the new one, and never half of one.

Lesson: lessons/ex07_atomic_files/index.md
"""

import io
import os
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
NAME = "checkpoint.pt"
# END SOLUTION


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*, and keep what was there until the new one is whole.

    Called after every third step, in a directory that exists. Raises an error where the disk does:
    whoever calls must know that there is no new checkpoint.
    """
    # BEGIN SOLUTION
    unfinished = directory / f"{NAME}.new"
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with unfinished.open("wb", buffering=1 << 20) as file:
        file.write(buffer.getvalue())
        os.replace(unfinished, directory / NAME)
    # END SOLUTION


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, or None where nothing was saved.

    Called once, before the first step, in whatever a kill has left. The state holds tensors and
    plain numbers, so ``torch.load(..., weights_only=True)`` reads it.
    """
    # BEGIN SOLUTION
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
    # END SOLUTION
