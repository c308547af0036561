"""Bytes made in memory, and given to the kernel by os.write: no buffer of Python takes part."""

import io
import os
from pathlib import Path
from typing import Any

import torch


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write, flush, rename and flush the directory, each with one call of the kernel's own."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    rest = memoryview(buffer.getvalue())
    names = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    data = os.open("state.tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644, dir_fd=names)
    try:
        while rest:  # os.write may take less than it was given
            rest = rest[os.write(data, rest) :]
        os.fdatasync(data)
        os.rename("state.tmp", "state", src_dir_fd=names, dst_dir_fd=names)
        os.fsync(names)
    finally:
        os.close(data)
        os.close(names)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state from the one file."""
    path = directory / "state"
    return torch.load(path, weights_only=True) if path.exists() else None
