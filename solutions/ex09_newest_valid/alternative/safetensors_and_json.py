"""Find the newest checkpoint that is whole, and keep enough of them that there is one.

Lesson: lessons/ex09_newest_valid/index.md
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from safetensors.torch import load
from safetensors.torch import save as packed
from torch import Tensor


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory* as one more checkpoint; it survives a power loss.

    Called after every third step; ``state["step"]`` is the number of finished steps.
    """
    # BEGIN SOLUTION
    tensors: dict[str, Tensor] = {}
    text = json.dumps(_take_out(state, tensors))
    content = packed({name: tensor.contiguous() for name, tensor in tensors.items()})
    name = f"{state['step']:08}"
    _write(directory, f"{name}.safetensors", content)
    digests = {"tensors": _digest(content), "state": text}
    _write(directory, f"{name}.json", json.dumps({**digests, "own": _own(digests)}).encode())
    # END SOLUTION


def latest_valid(directory: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the newest state that is whole, and the names of all that were passed over.

    Called once, before the first step. The state is None where no whole checkpoint is there. The
    names are those of newer checkpoints which are damaged: whoever runs the training has to know.
    """
    # BEGIN SOLUTION
    skipped: list[str] = []
    for name in reversed(_names(directory)):
        state = _read(directory, name)
        if state is not None:
            return state, skipped
        skipped.append(name)
    return None, skipped
    # END SOLUTION


def prune(directory: Path, keep: int) -> None:
    """Take old checkpoints away, so that the newest *keep* whole ones stay.

    Called after every save.
    """
    # BEGIN SOLUTION
    whole = [name for name in _names(directory) if _read(directory, name) is not None]
    for name in whole[:-keep]:
        for kind in ("json", "safetensors"):  # the one that vouches for the other goes first
            (directory / f"{name}.{kind}").unlink()


def _names(directory: Path) -> list[str]:
    """Return the names of all checkpoints, the oldest first, those with half of their files too."""
    found = {path.stem for path in directory.glob("*.json")}
    return sorted(found | {path.stem for path in directory.glob("*.safetensors")})


def _read(directory: Path, name: str) -> dict[str, Any] | None:
    """Return the state of a name, None where one of its files is not what was written."""
    try:
        held = json.loads((directory / f"{name}.json").read_bytes())
        own = held.pop("own")
        content = (directory / f"{name}.safetensors").read_bytes()
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    if own != _own(held) or held["tensors"] != _digest(content):
        return None
    state = _put_back(json.loads(held["state"]), load(content))
    return state if isinstance(state, dict) else None


def _take_out(value: object, tensors: dict[str, Tensor]) -> object:
    """Return what JSON can hold of a state; its tensors go into *tensors*."""
    if isinstance(value, Tensor):
        tensors[str(len(tensors))] = value
        return {"tensor": str(len(tensors) - 1)}
    if isinstance(value, dict):
        return {"pairs": [[key, _take_out(held, tensors)] for key, held in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_take_out(held, tensors) for held in value]}
    return {"plain": value}


def _put_back(held: dict[str, Any], tensors: dict[str, Tensor]) -> object:
    ((kind, value),) = held.items()
    if kind == "tensor":
        return tensors[value]
    if kind == "pairs":
        return {key: _put_back(each, tensors) for key, each in value}
    if kind == "plain":
        return value
    found = [_put_back(each, tensors) for each in value]
    return tuple(found) if kind == "tuple" else found


def _own(digests: dict[str, str]) -> str:
    return _digest(json.dumps(digests, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(directory: Path, name: str, content: bytes) -> None:
    """Put a file there, whole and for good."""
    unfinished = directory / "unfinished"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, directory / name)
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    # END SOLUTION
