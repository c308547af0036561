"""Two files written in turns, each in place: a hash says which of them is whole."""

import hashlib
import io
import os
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
    """Return what a slot holds, None where it is missing, cut short or torn."""
    held = path.read_bytes() if path.exists() else b""
    digest, data = held[:32], held[32:]
    if not data or hashlib.sha256(data).digest() != digest:
        return None
    state: dict[str, Any] = torch.load(io.BytesIO(data), weights_only=True)
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
    path.write_bytes(hashlib.sha256(data).digest() + data)
    _flush(path)
    _flush(directory)  # a slot that is used for the first time has a new name


def load(directory: Path) -> dict[str, Any] | None:
    """Return the newer of the slots that are whole."""
    return _newest(directory)[1]
