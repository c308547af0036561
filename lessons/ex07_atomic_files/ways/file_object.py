"""The same through a file that Python opened: open(path, "wb"), then torch.save(state, file)."""

from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    with (directory / "checkpoint.pt").open("wb") as file:
        torch.save(state, file)


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
