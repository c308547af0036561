"""Write, flush, rename to a numbered name; only then remove all but the two newest."""

import os
from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / "unfinished"
    with unfinished.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(directory / f"step-{state['step']:08}.pt")
    for old in sorted(directory.glob("step-*.pt"))[:-2]:
        old.unlink()


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    found = sorted(directory.glob("step-*.pt"))
    return torch.load(found[-1], weights_only=True) if found else None
