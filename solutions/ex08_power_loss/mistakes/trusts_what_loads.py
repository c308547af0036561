"""Two files written in turns, each in place: the one that loads counts as whole."""

import io
import os
import pickle
from pathlib import Path
from typing import Any

import torch

SLOTS = ("a", "b")


def _flush(path: Path) -> None:
    """Return when the kernel says that a file's bytes, or a directory's names, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _read(path: Path) -> dict[str, Any] | None:
    """Return what a slot holds, None where it is missing or does not load."""
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError):
        return None
    return state


def _newest(directory: Path) -> tuple[str | None, dict[str, Any] | None]:
    """Return the slot that holds the highest step, and its state."""
    read = {slot: _read(directory / slot) for slot in SLOTS}
    whole = {slot: state for slot, state in read.items() if state is not None}
    if not whole:
        return None, None
    slot = max(whole, key=lambda one: whole[one]["step"])
    return slot, whole[slot]


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Overwrite the slot that is not the newest: whatever becomes of it, the other one is there."""
    newest, _ = _newest(directory)
    path = directory / ("b" if newest == "a" else "a")
    buffer = io.BytesIO()
    torch.save(state, buffer)
    data = buffer.getvalue()
    path.write_bytes(data)
    _flush(path)
    _flush(directory)  # a slot that is used for the first time has a new name


def load(directory: Path) -> dict[str, Any] | None:
    """Return the newer of the slots that are whole."""
    return _newest(directory)[1]
