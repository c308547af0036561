"""The first save of all writes in place, for there is nothing to lose yet.

Symptom: Once, after a crash in the first minute, load() itself ended with an error.

Question: What lies in the directory while the very first checkpoint is written?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    path = directory / NAME
    unfinished = directory / f"{NAME}.new" if path.exists() else path
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
