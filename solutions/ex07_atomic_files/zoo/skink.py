"""A first save that was killed leaves a file that the next process refuses to open.

Symptom: After an early crash the job starts, trains for a while, and ends with
`FileExistsError`.

Question: What of a killed save is still there when the same save is done again?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    unfinished = directory / f"{state['step']}.new"
    if (directory / NAME).exists():
        unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:
        torch.save(state, file)
    os.replace(unfinished, directory / NAME)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state
