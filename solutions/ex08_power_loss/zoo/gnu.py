"""It flushes the file, and never the directory.

Symptom: A save had returned; after the power cut the one before it was there.

Question: What does a rename change, and is that on the disk when the save has returned?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{NAME}.new"
    torch.save(state, unfinished)
    _flush(unfinished)
    os.replace(unfinished, directory / NAME)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
