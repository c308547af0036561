"""It compares settings that are numbers, and lets another activation through.

Symptom: Somebody corrected a word in the settings, and the job went on as if nothing had been
changed.

Question: Which settings are there, and what kind of value has each?
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
        "optimizer": optimizer.state_dict(),
        "epoch": epoch,
        "config": config,
    }
    torch.save(checkpoint, path)


def load(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, config: Settings) -> int:
    """Restore the newest save; return the epoch that comes next."""
    if not path.exists():
        return 0
    checkpoint = torch.load(path, weights_only=True)
    numbers = [key for key, value in config.items() if not isinstance(value, str)]
    if any(checkpoint["config"][key] != config[key] for key in numbers):
        message = f"{path} was made with {checkpoint['config']}, this run has {config}"
        raise ValueError(message)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"]) + 1
