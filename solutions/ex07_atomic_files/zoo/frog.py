"""Between removing the old checkpoint and renaming the new one there is none.

Symptom: Out of some thousand crashes one has lost everything.

Question: At which call is no file there that load() would read?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{NAME}.new"
    torch.save(state, unfinished)
    if (directory / NAME).exists():
        os.replace(directory / NAME, directory / f"{NAME}.old")
    os.replace(unfinished, directory / NAME)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
