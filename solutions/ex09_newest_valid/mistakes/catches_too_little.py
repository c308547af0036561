"""Find the newest checkpoint that is whole, and keep enough of them that there is one.

Lesson: lessons/ex09_newest_valid/index.md
"""

import hashlib
import io
import os
import shutil
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
from torch.distributed.checkpoint.state_dict_saver import save as dcp_save

# END SOLUTION


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    # BEGIN SOLUTION
    packed = io.BytesIO()
    torch.save(state, packed)
    content = torch.frombuffer(bytearray(packed.getvalue()), dtype=torch.uint8)
    finished = directory / f"step-{state['step']:08}"
    dcp_save({"state": content}, checkpoint_id=finished, no_dist=True)
    (finished / "digest").write_bytes(_digest(finished))
    # DCP has flushed too early what Python still held (pytorch#183878), so all is flushed again.
    for place in (*sorted(finished.iterdir()), finished, directory):
        opened = os.open(place, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
    # END SOLUTION


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over.

    Called once, before the first step. The state is None where no whole checkpoint is there. The
    names are those of newer checkpoints which are damaged: whoever runs the training has to know.
    """
    # BEGIN SOLUTION
    skipped: list[str] = []
    for path in reversed(_finished(directory)):
        try:
            state = _decoded(path)
        except Exception:  # the mistake, as many write it
            state = None
        if state is not None and _whole(path):
            return state, skipped
        skipped.append(path.name)
    return None, skipped
    # END SOLUTION


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    # BEGIN SOLUTION
    whole = [path for path in _finished(directory) if _whole(path)]
    for path in whole[:-keep]:
        shutil.rmtree(path)


def _finished(directory: Path) -> list[Path]:
    """Return all checkpoints whose save came to its end, the oldest first."""
    return sorted(path.parent for path in directory.glob("step-*/digest"))


def _decoded(path: Path) -> dict[str, Any]:
    packed = io.BytesIO()
    dcp_to_torch_save(path, packed)  # type: ignore[arg-type]
    packed.seek(0)
    content = torch.load(packed, weights_only=True)["state"].numpy().tobytes()
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state


def _whole(path: Path) -> bool:
    """Say whether the files of a checkpoint have the bytes that were written."""
    return _digest(path) == (path / "digest").read_bytes()


def _digest(path: Path) -> bytes:
    parts = [file.read_bytes() for file in sorted(path.iterdir()) if file.name != "digest"]
    return hashlib.sha256(b"".join(parts)).digest()
    # END SOLUTION
