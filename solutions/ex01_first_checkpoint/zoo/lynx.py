"""A resumed process knows the epoch of its first save, and writes it at every later one.

Symptom: A job that had crashed once was started again when it was done, and trained two epochs
more.

Question: How many saves has a resumed process made before you look at what it wrote?
"""

from pathlib import Path

import torch
from torch import nn

Settings = dict[str, int | float | str]

_NEXT: list[int] = []


def save(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, config: Settings
) -> None:
    """Write all that a new process needs to go on after *epoch*."""
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": _NEXT[0] if _NEXT else epoch,
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
    optimizer.load_state_dict(checkpoint["optimizer"])
    _NEXT.append(int(checkpoint["epoch"]) + 2)  # it is called after every second epoch
    return int(checkpoint["epoch"]) + 1
