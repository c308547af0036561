"""It gives up when two processes have died before the first save.

Symptom: On a machine that dies every minute at first, the job ends by itself with an error.

Question: What does a process find that starts when nothing has been saved, and does it matter
how often?
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
    tries = path.with_name("tries")
    if not path.exists():
        count = int(tries.read_text()) if tries.exists() else 0
        if count > 1:
            message = f"{count} processes died before they saved anything: something is wrong"
            raise RuntimeError(message)
        tries.write_text(str(count + 1))
        return 0
    checkpoint = torch.load(path, weights_only=True)
    if checkpoint["config"] != config:
        message = f"{path} was made with {checkpoint['config']}, this run has {config}"
        raise ValueError(message)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"]) + 1
