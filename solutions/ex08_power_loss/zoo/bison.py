"""Its pointer may be on the disk before the name of what it points to.

Symptom: On one file system, and on no other, load() was sent to a file that did not exist.

Question: Two names are changed before the directory is flushed: may the second be kept without
the first?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "latest"


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    data, unfinished = directory / f"{state['step']}.pt", directory / f"{NAME}.new"
    torch.save(state, directory / "data.new")
    _flush(directory / "data.new")
    os.replace(directory / "data.new", data)
    unfinished.write_text(data.name)
    _flush(unfinished)
    os.replace(unfinished, directory / NAME)
    _flush(directory)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(directory / path.read_text(), weights_only=True)
    return state


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
