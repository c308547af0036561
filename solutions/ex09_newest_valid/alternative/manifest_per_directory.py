"""Find the newest checkpoint that is whole, and keep enough of them that there is one.

Lesson: lessons/ex09_newest_valid/index.md
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch

# BEGIN SOLUTION
MANIFEST = "manifest.json"
# END SOLUTION


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    # BEGIN SOLUTION
    folder = directory / f"step-{state['step']:08}"
    shutil.rmtree(folder, ignore_errors=True)  # what a killed save has left, or a damaged one
    folder.mkdir()
    torch.save(state, folder / "state.pt")
    written = sorted(folder.iterdir())
    for path in written:
        _flush(path)
    _flush(folder)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
    text = json.dumps(digests)
    unfinished = folder / f"{MANIFEST}.unfinished"
    unfinished.write_text(json.dumps({"of": digests, "own": _digest(text)}))
    _flush(unfinished)
    os.replace(unfinished, folder / MANIFEST)  # from now on it is a checkpoint
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
        if _whole(folder):
            return torch.load(folder / "state.pt", weights_only=True), skipped
        skipped.append(folder.name)
    return None, skipped
    # END SOLUTION


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    # BEGIN SOLUTION
    whole = [folder for folder in sorted(directory.glob("step-*")) if _whole(folder)]
    for folder in whole[:-keep]:
        (folder / MANIFEST).unlink()  # first: half a directory must not look like a whole one
    for folder in directory.glob("step-*"):
        if not _whole(folder):
            shutil.rmtree(folder)


def _whole(folder: Path) -> bool:
    """Say whether every file of a checkpoint has the bytes that were written."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        told = manifest["own"] == _digest(json.dumps(manifest["of"]))
        return told and all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
            for name, digest in manifest["of"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _flush(path: Path) -> None:
    """Return once the bytes of a file, or the names in a directory, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    # END SOLUTION
