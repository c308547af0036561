"""Write a checkpoint so that a kill leaves the old one or the new one, and never half of one.

Lesson: lessons/ex07_atomic_files/index.md
"""

import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

# BEGIN SOLUTION
# END SOLUTION


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*, and keep what was there until the new one is whole.

    Called after every third step, in a directory that exists. Raises an error where the disk does:
    whoever calls must know that there is no new checkpoint.
    """
    # BEGIN SOLUTION
    step = state["step"]
    unfinished = directory / f"step-{step}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    torch.save({key: held for key, held in state.items() if key != "model"}, unfinished / "rest.pt")
    save_file(state["model"], unfinished / "model.safetensors")
    shutil.rmtree(directory / f"step-{step}", ignore_errors=True)
    unfinished.rename(directory / f"step-{step}")
    for number in _finished(directory)[:-2]:
        shutil.rmtree(directory / f"step-{number}")
    # END SOLUTION


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, or None where nothing was saved.

    Called once, before the first step, in whatever a kill has left. The state holds tensors and
    plain numbers, so ``torch.load(..., weights_only=True)`` reads it.
    """
    # BEGIN SOLUTION
    finished = _finished(directory)
    if not finished:
        return None
    newest = directory / f"step-{finished[-1]}"
    state: dict[str, Any] = torch.load(newest / "rest.pt", weights_only=True)
    return state | {"model": load_file(newest / "model.safetensors")}


def _finished(directory: Path) -> list[int]:
    """Return the steps of all whole checkpoints, the oldest first."""
    names = [path.name.removeprefix("step-") for path in directory.glob("step-*")]
    return sorted(int(name) for name in names if name.isdecimal())
    # END SOLUTION
