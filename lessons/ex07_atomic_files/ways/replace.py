"""Write a second file, then os.replace() it onto the first."""

import os
from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / "checkpoint.pt.new"
    torch.save(state, unfinished)
    os.replace(unfinished, directory / "checkpoint.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
