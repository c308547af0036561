"""A file per save, numbered by its step; the one before goes when the new name is on the disk."""

import os
from pathlib import Path
from typing import Any

import torch

ENDING = ".ckpt"


def _flush(path: Path) -> None:
    """Return when the kernel says that a file's bytes, or a directory's names, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _found(directory: Path) -> list[Path]:
    """Return all checkpoints, the newest last, by number and not by text."""
    return sorted(directory.glob(f"*{ENDING}"), key=lambda path: int(path.stem))


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Write a new file, make bytes and name durable, and only then give up the old one."""
    number = state["step"]
    part = directory / f"{number}.part"
    torch.save(state, part)
    _flush(part)
    part.rename(directory / f"{number}{ENDING}")
    _flush(directory)
    for old in _found(directory)[:-1]:
        old.unlink()


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state with the highest number."""
    found = _found(directory)
    return torch.load(found[-1], weights_only=True) if found else None
