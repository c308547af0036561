"""Where a training calls a saver of no exercise: ``save(directory, state)``, ``load``."""

from pathlib import Path
from types import ModuleType

from grader.workloads import whole_state
from grader.workloads.training import Training

FUNCTIONS = ("save", "load")


def resume(mine: ModuleType, training: Training, path: Path) -> None:
    """Once, before the first step."""
    whole_state.put_back(training, mine.load(path.parent))


def save(mine: ModuleType, training: Training, path: Path) -> None:
    """After every third step."""
    mine.save(path.parent, whole_state.of(training))
