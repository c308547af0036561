"""Its first save leaves the optimizer out: it thought that there is nothing in it yet.

Symptom: A job that died early went on with a bump in its loss; jobs that died late never did.

Question: Which of a run's checkpoints have you resumed from, and is any of them written
differently?
"""

from pathlib import Path

import torch
from torch import nn

Settings = dict[str, int | float | str]


def save(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, config: Settings
) -> None:
    """Write all that a new process needs to go on after *epoch*."""
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict() if epoch > 1 else None,
        "epoch": epoch,
        "config": config,
    }
    torch.save(checkpoint, path)


def load(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, config: Settings) -> int:
    """Restore the newest save; return the epoch that comes next."""
    if not path.exists():
        return 0
    checkpoint = torch.load(path, weights_only=True)
    if checkpoint["config"] != config:
        message = f"{path} was made with {checkpoint['config']}, this run has {config}"
        raise ValueError(message)
    model.load_state_dict(checkpoint["model"])
    if checkpoint["optimizer"]:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"]) + 1
