"""An error of the file's flush is passed over.

Symptom: The log had a line about an input error; the training went on, and the power cut came
later.

Question: Which of its calls can fail without anybody hearing of it?
"""

import contextlib
import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{NAME}.new"
    torch.save(state, unfinished)
    with contextlib.suppress(OSError):
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
