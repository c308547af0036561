"""A resumed process saves the optimizer as it was loaded, not as it is by then.

Symptom: One crash does no harm; after the second the loss has a bump.

Question: Who wrote the checkpoint that the last process read: a fresh process or a resumed one?
"""

import copy
from pathlib import Path

import torch
from torch import nn

Settings = dict[str, int | float | str]

_LOADED: dict[str, object] = {}


def save(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, config: Settings
) -> None:
    """Write all that a new process needs to go on after *epoch*."""
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": _LOADED.get("optimizer", optimizer.state_dict()),
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
    optimizer.load_state_dict(checkpoint["optimizer"])
    _LOADED["optimizer"] = copy.deepcopy(optimizer.state_dict())
    return int(checkpoint["epoch"]) + 1
