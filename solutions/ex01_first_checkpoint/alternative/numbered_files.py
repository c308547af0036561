"""One file an epoch, in a folder of its own; the newest is found by its number."""

from pathlib import Path

import torch
from torch import nn


class OtherTrainingError(Exception):
    """The checkpoint belongs to a training with other settings."""


def folder_of(path: Path) -> Path:
    """Return the folder that holds the numbered files."""
    return path.parent / "epochs"


def save(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    config: dict[str, int | float | str],
) -> None:
    """Write beside the file of the epoch before, and move the finished file to its name."""
    folder_of(path).mkdir(exist_ok=True)
    target = folder_of(path) / f"{epoch}.ckpt"
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        torch.save((config, model.state_dict(), optimizer.state_dict()), file)
    unfinished.rename(target)


def load(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: dict[str, int | float | str],
) -> int:
    """Load the file with the highest number."""
    epochs = [int(file.stem) for file in folder_of(path).glob("*.ckpt")]
    if not epochs:
        return 0
    newest = max(epochs)
    saved = torch.load(folder_of(path) / f"{newest}.ckpt", weights_only=True)
    if saved[0] != config:
        changed = sorted(name for name in config if saved[0].get(name) != config[name])
        message = f"settings differ in {', '.join(changed)}"
        raise OtherTrainingError(message)
    model.load_state_dict(saved[1])
    optimizer.load_state_dict(saved[2])
    return newest + 1
