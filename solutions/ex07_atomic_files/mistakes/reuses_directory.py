"""Write a checkpoint so that a kill leaves the old one or the new one, and never half of one.

Lesson: lessons/ex07_atomic_files/index.md
"""

import io
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
from torch.distributed.checkpoint.state_dict_saver import save as dcp_save

# END SOLUTION


def atomic_save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*, and keep what was there until the new one is whole.

    Called after every third step, in a directory that exists. Raises an error where the disk does:
    whoever calls must know that there is no new checkpoint.
    """
    # BEGIN SOLUTION
    packed = io.BytesIO()
    torch.save(state, packed)
    content = torch.frombuffer(bytearray(packed.getvalue()), dtype=torch.uint8)
    dcp_save({"state": content}, checkpoint_id=directory / "checkpoint", no_dist=True)
    # END SOLUTION


def load(directory: Path) -> dict[str, Any] | None:
    """Return the state that was saved last, or None where nothing was saved.

    Called once, before the first step, in whatever a kill has left. The state holds tensors and
    plain numbers, so ``torch.load(..., weights_only=True)`` reads it.
    """
    # BEGIN SOLUTION
    if not (directory / "checkpoint" / ".metadata").exists():
        return None
    packed = io.BytesIO()
    dcp_to_torch_save(directory / "checkpoint", packed)  # type: ignore[arg-type]
    packed.seek(0)
    content = torch.load(packed, weights_only=True)["state"].numpy().tobytes()
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state
    # END SOLUTION
