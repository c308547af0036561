"""safetensors: its save_file() writes a second file and renames it by itself."""

import io
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write *state* into *directory*."""
    packed = io.BytesIO()
    torch.save(state, packed)
    content = torch.frombuffer(bytearray(packed.getvalue()), dtype=torch.uint8)
    save_file({"state": content}, directory / "checkpoint.safetensors")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what can be read, None where nothing was saved."""
    path = directory / "checkpoint.safetensors"
    if not path.exists():
        return None
    content = load_file(path)["state"].numpy().tobytes()
    state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
    return state
