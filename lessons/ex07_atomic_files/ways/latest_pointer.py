"""A new file for every save, and a small file `latest`, written in place, that names the newest."""

from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    name = f"step-{state['step']:08}.pt"
    torch.save(state, directory / name)
    (directory / "latest").write_text(name)


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    pointer = directory / "latest"
    if not pointer.exists():
        return None
    state: dict[str, Any] = torch.load(directory / pointer.read_text(), weights_only=True)
    return state
