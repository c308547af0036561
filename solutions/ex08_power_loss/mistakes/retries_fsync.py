"""Write a checkpoint that is still there when the power has failed.

Lesson: lessons/ex08_power_loss/index.md
"""

import os
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
NAME = "checkpoint.pt"
# END SOLUTION


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*; when this returns, no power loss takes it away.

    Called after every third step, in a directory that exists. What was saved before stays until
    the new one is on the disk. Raises an error where the disk does.
    """
    # BEGIN SOLUTION
    unfinished = directory / f"{NAME}.new"
    with unfinished.open("wb") as file:
        torch.save(state, file)
        file.flush()
        try:
            os.fsync(file.fileno())
        except OSError:
            os.fsync(file.fileno())
    os.replace(unfinished, directory / NAME)
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    # END SOLUTION


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, or None where nothing was saved.

    Called once, before the first step, in whatever a crash has left. The state holds tensors and
    plain numbers, so ``torch.load(..., weights_only=True)`` reads it.
    """
    # BEGIN SOLUTION
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
    # END SOLUTION
