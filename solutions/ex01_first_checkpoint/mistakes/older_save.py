"""Save a training after an epoch, and continue it in a process that knows nothing.

Lesson: lessons/ex01_first_checkpoint/index.md
"""

from pathlib import Path

import torch
from torch import nn


def save(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    config: dict[str, int | float | str],
) -> None:
    """Write all that a new process needs to go on after *epoch* (epochs count from 0).

    Called after every second epoch. *path* is a file that may not exist yet; its folder exists,
    and nothing but that folder survives.
    """
    # BEGIN SOLUTION
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": epoch,
        "config": config,
    }
    if path.exists():
        path.replace(path.with_suffix(".old"))
    torch.save(checkpoint, path)
    # END SOLUTION


def load(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: dict[str, int | float | str],
) -> int:
    """Restore the newest save into *model* and *optimizer*; return the epoch that comes next.

    Called once, before the first step. Returns 0 when there is no checkpoint. Raises an error
    that says what differs when the checkpoint was made with another model or other settings.
    """
    # BEGIN SOLUTION
    old = path.with_suffix(".old")
    path = old if old.exists() else path
    if not path.exists():
        return 0
    checkpoint = torch.load(path, weights_only=True)
    if checkpoint["config"] != config:
        message = f"{path} was made with {checkpoint['config']}, this run has {config}"
        raise ValueError(message)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"]) + 1
    # END SOLUTION
