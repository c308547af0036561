"""On a full disk it writes once more, without a file aside.

Symptom: The disk was full, and in the morning there was no checkpoint at all.

Question: What does it do after an error, and does the disk then have room again?
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
    except (OSError, RuntimeError):
        unfinished.unlink(missing_ok=True)
        torch.save(state, directory / NAME)
        return
    os.replace(unfinished, directory / NAME)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
