"""torch.distributed.checkpoint, always into the same directory."""

import io
from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save


def save(directory: Path, state: dict[str, Any]) -> None:
    dcp.save(state, checkpoint_id=directory / "checkpoint", no_dist=True)


def load(directory: Path) -> dict[str, Any] | None:
    if not (directory / "checkpoint" / ".metadata").exists():
        return None
    packed = io.BytesIO()
    dcp_to_torch_save(directory / "checkpoint", packed)  # type: ignore[arg-type]
    packed.seek(0)
    return torch.load(packed, weights_only=True)
