"""torch.distributed.checkpoint, a new directory for each save; the newest finished one counts."""

import io
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
from torch.distributed.checkpoint.state_dict_saver import save as dcp_save


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    dcp_save(state, checkpoint_id=directory / f"step-{state['step']:08}", no_dist=True)


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    finished = sorted(path.parent for path in directory.glob("step-*/.metadata"))
    if not finished:
        return None
    packed = io.BytesIO()
    dcp_to_torch_save(finished[-1], packed)  # type: ignore[arg-type]
    packed.seek(0)
    state: dict[str, Any] = torch.load(packed, weights_only=True)
    moments = state["optimizer"]["state"]  # whose keys have become texts
    state["optimizer"]["state"] = {int(key): held for key, held in moments.items()}
    return state
