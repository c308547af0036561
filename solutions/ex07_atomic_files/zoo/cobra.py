"""It says that a save has failed, on a screen, and returns.

Symptom: Everybody thought that there were checkpoints; the disk had been full for days.

Question: How does the training learn that a save has failed?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{NAME}.new"
    try:
        torch.save(state, unfinished)
        os.replace(unfinished, directory / NAME)
    except (OSError, RuntimeError) as problem:
        print(f"not saved: {problem}")  # noqa: T201 - nobody reads it


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
