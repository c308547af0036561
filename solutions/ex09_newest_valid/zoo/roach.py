"""It puts steps in order as text, and 12 comes before 3.

Symptom: The end of a long training was never reached: each restart did the same steps.

Question: How long are the numbers in the names, at the beginning and at the end?
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
    os.replace(unfinished, directory / f"step-{state['step']}")
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over."""
    skipped: list[str] = []
    for path in reversed(_checkpoints(directory)):
        state = _read(path)
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
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state
