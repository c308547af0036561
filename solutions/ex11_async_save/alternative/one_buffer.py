"""One snapshot for all saves: its memory is taken once, and filled again in each."""

import copy
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch


class AsyncSaver:
    """Waits for the writer before it fills the buffer that the writer reads."""

    def __init__(self, directory: Path) -> None:
        """Write into *directory*."""
        self._directory = directory
        self._executor = ThreadPoolExecutor(max_workers=1)
        self._pending: Future[None] | None = None
        self._snapshot: dict[str, Any] = {}

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save."""
        self.wait()
        _fill(self._snapshot, state)
        self._pending = self._executor.submit(self._write)

    def wait(self) -> None:
        """Return when nothing is being written."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

    def close(self) -> None:
        """Return when the last save is promised."""
        self.wait()
        self._executor.shutdown()

    def _write(self) -> None:
        unfinished = self._directory / "unfinished"
        with unfinished.open("wb") as file:
            torch.save(self._snapshot, file)
        unfinished.rename(self._directory / "checkpoint.pt")


def _fill(snapshot: dict[Any, Any], state: dict[Any, Any]) -> None:
    """Copy a state into the tensors of an earlier one."""
    for name, held in state.items():
        if isinstance(held, dict):
            _fill(snapshot.setdefault(name, {}), held)
        elif isinstance(held, torch.Tensor) and name in snapshot:
            snapshot[name].copy_(held)
        else:
            snapshot[name] = copy.deepcopy(held)


def load(directory: Path) -> dict[str, Any] | None:
    """Return what was saved last."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
