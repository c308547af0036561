"""Killed between its two renames it has a new model and an old optimizer.

Symptom: Rarely, after a crash, the loss jumps, and no error is told.

Question: Of how many files is one checkpoint made, and do they change at the same call?
"""

import os
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    parts = {"model.pt": ["model", "rng"], NAME: ["step", "optimizer"]}
    for name, keys in parts.items():
        torch.save({key: state[key] for key in keys}, directory / f"{name}.new")
    for name in parts:
        os.replace(directory / f"{name}.new", directory / name)


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, None where nothing was."""
    path = directory / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    state |= torch.load(directory / "model.pt", weights_only=True)
    return state
