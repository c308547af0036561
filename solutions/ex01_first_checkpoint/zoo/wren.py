"""It starts over when two processes in a row have died after the same save.

Symptom: After a bad night with many crashes a long training stood at the beginning again.

Question: How many crashes does it take, and may there be a save between them?
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
    if checkpoint["config"] != config:
        message = f"{path} was made with {checkpoint['config']}, this run has {config}"
        raise ValueError(message)
    tried = path.with_name("tried")
    times = tried.read_text() if tried.exists() else ""
    mark = f"{checkpoint['epoch']} "
    if times == mark:
        return 0  # this checkpoint does not work, so it seems
    tried.write_text(mark)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"]) + 1
