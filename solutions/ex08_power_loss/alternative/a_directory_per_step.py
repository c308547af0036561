"""A directory per save, the model apart: files, directory and parent flushed in this order."""

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file


def _flush(path: Path) -> None:
    """Return when the kernel says that a file's bytes, or a directory's names, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _found(directory: Path) -> list[Path]:
    """Return the finished directories, the newest last."""
    return sorted(directory.glob("step-*"), key=lambda path: int(path.name[5:]))


def durable_save(directory: Path, state: dict[str, Any]) -> None:
    """Fill a directory, flush all that is in it and its names, and rename it as the last step."""
    part = directory / "unfinished"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    save_file(state["model"], part / "model.safetensors")
    rest = {name: held for name, held in state.items() if name != "model"}
    torch.save(rest, part / "rest.pt")
    for path in (part / "model.safetensors", part / "rest.pt", part):
        _flush(path)
    part.rename(directory / f"step-{state['step']}")
    _flush(directory)
    for old in _found(directory)[:-1]:
        shutil.rmtree(old)


def load(directory: Path) -> dict[str, Any] | None:
    """Return both halves of the newest directory."""
    found = _found(directory)
    if not found:
        return None
    rest: dict[str, Any] = torch.load(found[-1] / "rest.pt", weights_only=True)
    return rest | {"model": load_file(found[-1] / "model.safetensors")}
