"""A new file for every save, written under its final name; the highest number is loaded."""

from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    torch.save(state, directory / f"step-{state['step']:08}.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    found = sorted(directory.glob("step-*.pt"))
    return torch.load(found[-1], weights_only=True) if found else None
