"""A new file for every save; the highest number that can be read is loaded."""

from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    torch.save(state, directory / f"step-{state['step']:08}.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    for path in sorted(directory.glob("step-*.pt"), reverse=True):
        try:
            state: dict[str, Any] = torch.load(path, weights_only=True)
        except Exception:  # noqa: BLE001, S112  a torn file can fail in any way: try an older one
            continue
        return state
    return None
