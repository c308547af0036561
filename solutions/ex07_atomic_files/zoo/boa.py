"""Killed twice between its renames, it has thrown its spare copy away.

Symptom: The second of two crashes, a few minutes apart, left nothing at all.

Question: What does the recovery from one crash rely on, and who still keeps it?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished, spare = directory / f"{NAME}.new", directory / f"{NAME}.old"
    torch.save(state, unfinished)
    spare.unlink(missing_ok=True)
    if (directory / NAME).exists():
        os.replace(directory / NAME, spare)
    os.replace(unfinished, directory / NAME)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    for name in (NAME, f"{NAME}.old"):
        if (directory / name).exists():
            state: dict[str, Any] = torch.load(directory / name, weights_only=True)
            return state
    return None
