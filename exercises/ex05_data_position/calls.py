"""Where the training calls your sampler and your noise, and with what."""

import os
from pathlib import Path
from types import ModuleType

import torch

from grader.workloads.training import Training


def resume(mine: ModuleType, training: Training, path: Path) -> None:
    """Once, before the first step: all but the place in the data is put back for you.

    From then on the loader asks iter() of your sampler which images come next, its workers call
    your augment(), and after each step trained() is told how many images that step had.
    """
    data = training.sampled
    training.theirs = mine.ResumableSampler(data.count, data.seed)
    data.use(training.theirs, mine.augment)
    if path.exists():
        saved = torch.load(path, weights_only=True)
        training.model.load_state_dict(saved["model"])
        training.optimizer.load_state_dict(saved["optimizer"])
        training.start_step(saved["step"])
        training.theirs.load_state_dict(saved["sampler"])


def save(_: ModuleType, training: Training, path: Path) -> None:
    """After every third step: your state_dict() is saved with the rest, then moved into place."""
    state = {
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "step": training.step,
        "sampler": training.theirs.state_dict(),
    }
    unfinished = path.with_suffix(".new")
    torch.save(state, unfinished)
    os.replace(unfinished, path)
