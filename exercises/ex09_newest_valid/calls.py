"""Where the training calls your functions, and with what."""

from pathlib import Path
from types import ModuleType

from grader.workloads import whole_state
from grader.workloads.training import Training

KEEP = 2


def resume(mine: ModuleType, training: Training, path: Path) -> None:
    """Once, before the first step: yours finds the newest checkpoint that is whole."""
    state, skipped = mine.latest_valid(path.parent)
    for name in skipped:
        print(f"skipped: {name}")  # noqa: T201 - it is told to whoever runs the training
    whole_state.put_back(training, state)


def save(mine: ModuleType, training: Training, path: Path) -> None:
    """After every third step: yours writes a checkpoint, then takes old ones away."""
    mine.save(path.parent, whole_state.of(training))
    mine.prune(path.parent, KEEP)
