"""Its pointer is emptied before it is written anew.

Symptom: load() complained about a directory where it should have read a file.

Question: Which is the last file that a save changes, and what is in it just before?
"""

import os
from pathlib import Path
from typing import Any

import torch


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    step = state["step"]
    unfinished = directory / f"step-{step}.new"
    torch.save(state, unfinished)
    os.replace(unfinished, directory / f"step-{step}.pt")
    (directory / "latest").write_text(f"step-{step}.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    pointer = directory / "latest"
    if not pointer.exists():
        return None
    state: dict[str, Any] = torch.load(directory / pointer.read_text(), weights_only=True)
    return state
