"""A flush that fails is tried again, and the second one finds nothing to do.

Symptom: The disk had one bad moment; the checkpoint of that moment was not there after the
power cut.

Question: What does a flush do that comes after one that has failed?
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
    try:
        _flush(unfinished)
    except OSError:
        _flush(unfinished)
    os.replace(unfinished, directory / NAME)
    _flush(directory)


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
