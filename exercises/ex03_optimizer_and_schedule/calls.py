"""Where the training calls your class, and with what."""

import os
from pathlib import Path
from types import ModuleType

import torch

from grader.workloads.training import Training


def resume(mine: ModuleType, training: Training, path: Path) -> None:
    """Once, before the first step: your TrainState gets back what it returned."""
    state = mine.TrainState(training.model, training.optimizer, training.scheduler)
    if path.exists():
        state.load_state_dict(torch.load(path, weights_only=True))
    training.theirs = state
    training.model, training.optimizer = state.model, state.optimizer
    training.scheduler = state.scheduler
    training.start_step(state.step)


def save(_: ModuleType, training: Training, path: Path) -> None:
    """After every third step: your state_dict() is written whole, then moved into place."""
    training.theirs.step = training.step
    unfinished = path.with_suffix(".new")
    torch.save(training.theirs.state_dict(), unfinished)
    os.replace(unfinished, path)
