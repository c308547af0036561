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
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
from torch.distributed.checkpoint.state_dict_saver import save as dcp_save

# BEGIN SOLUTION
DIGESTS = "sha256"
# END SOLUTION


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    # BEGIN SOLUTION
    folder = directory / f"step-{state['step']:08}"
    shutil.rmtree(folder, ignore_errors=True)  # DCP is safe in a fresh directory only
    dcp_save(state, checkpoint_id=folder, no_dist=True)
    for path in folder.iterdir():
        _flush(path)
    unfinished = directory / "unfinished"
    unfinished.write_bytes(_digest_of(folder))
    _flush(unfinished)
    _flush(folder)
    os.replace(unfinished, folder / DIGESTS)  # from now on it is a checkpoint
    _flush(folder)
    _flush(directory)
    # END SOLUTION


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over.

    Called once, before the first step. The state is None where no whole checkpoint is there. The
    names are those of newer checkpoints which are damaged: whoever runs the training has to know.
    """
    # BEGIN SOLUTION
    skipped: list[str] = []
    for folder in sorted(directory.glob("step-*"), reverse=True):
        state = _read(folder)
        if state is not None:
            return state, skipped
        skipped.append(folder.name)
    return None, skipped
    # END SOLUTION


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    # BEGIN SOLUTION
    whole = [folder for folder in sorted(directory.glob("step-*")) if _whole(folder)]
    for folder in directory.glob("step-*"):
        if folder not in whole[-keep:]:
            (folder / DIGESTS).unlink(missing_ok=True)
            shutil.rmtree(folder)


def _digest_of(folder: Path) -> bytes:
    """Return one digest over all files of DCP, their names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name != DIGESTS:
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.digest()


def _whole(folder: Path) -> bool:
    """Say whether every file of a checkpoint has the bytes that were written."""
    told = folder / DIGESTS
    return told.is_file() and told.read_bytes() == _digest_of(folder)


def _read(folder: Path) -> dict[str, Any] | None:
    """Return the state in a directory of DCP, None where it is not what was written."""
    packed = io.BytesIO()
    try:
        if not _whole(folder):
            return None
        dcp_to_torch_save(folder, packed)  # type: ignore[arg-type]
    except CheckpointException:  # a BaseException: `except Exception` would let it through
        return None
    packed.seek(0)
    state: dict[str, Any] = torch.load(packed, weights_only=True)
    moments = state["optimizer"]["state"]  # whose keys have become texts
    state["optimizer"]["state"] = {int(key): held for key, held in moments.items()}
    return state


def _flush(path: Path) -> None:
    """Return once the bytes of a file, or the names in a directory, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    # END SOLUTION
