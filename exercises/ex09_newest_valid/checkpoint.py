"""Find the newest checkpoint that is whole, and keep enough of them that there is one.

Lesson: lessons/ex09_newest_valid/index.md
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    raise NotImplementedError("write save()")


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over.

    Called once, before the first step. The state is None where no whole checkpoint is there. The
    names are those of newer checkpoints which are damaged: whoever runs the training has to know.
    """
    raise NotImplementedError("write latest_valid()")


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    raise NotImplementedError("write prune()")
