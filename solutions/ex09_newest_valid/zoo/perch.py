"""A checkpoint that is alone is not compared with its digest.

Symptom: A damaged file was loaded on the first day of a training, and never later.

Question: What does a search do that has nothing to choose from?
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch

DIGEST_BYTES = 32


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint."""
    packed = io.BytesIO()
    torch.save(state, packed)
    content = packed.getvalue()
    unfinished = directory / "unfinished"
    with unfinished.open("wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, directory / f"step-{state['step']:08}")
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over."""
    skipped: list[str] = []
    found = _checkpoints(directory)
    for path in reversed(found):
        state = _read(path) if len(found) > 1 else _decoded(path)
        if state is not None:
            return state, skipped
        skipped.append(path.name)
    return None, skipped


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay."""
    whole = [path for path in _checkpoints(directory) if _read(path) is not None]
    for path in whole[:-keep]:
        path.unlink()


def _checkpoints(directory: Path) -> list[Path]:
    return sorted(directory.glob("step-*"))


def _read(path: Path) -> dict[str, Any] | None:
    held = path.read_bytes()
    digest, content = held[:DIGEST_BYTES], held[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        return None
    return _decoded(path)


def _decoded(path: Path) -> dict[str, Any]:
    content = path.read_bytes()[DIGEST_BYTES:]
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state
