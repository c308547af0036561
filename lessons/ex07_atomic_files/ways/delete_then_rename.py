"""Write a second file, remove the first, then rename the second."""

from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / "checkpoint.pt.new"
    torch.save(state, unfinished)
    (directory / "checkpoint.pt").unlink(missing_ok=True)
    unfinished.rename(directory / "checkpoint.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
