"""It flushes the file before Python has given all of it to the kernel.

Symptom: There is a flush in its code, and still a file lost its bytes.

Question: When it flushes, how large is the file for somebody who looks from outside?
"""

import io
import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{NAME}.new"
    packed = io.BytesIO()
    torch.save(state, packed)
    with unfinished.open("wb", buffering=1 << 20) as file:
        file.write(packed.getbuffer())
        os.fsync(file.fileno())
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
