"""The writer only writes; whoever waits for it gives the file its name, and so promises it."""

import copy
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch


class AsyncSaver:
    """A save has its name when the training has waited for it, and no sooner."""

    def __init__(self, directory: Path) -> None:
        """Write into *directory*."""
        self._directory = directory
        self._executor = ThreadPoolExecutor(max_workers=1)
        self._pending: Future[None] | None = None

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save."""
        self.wait()
        self._pending = self._executor.submit(self._write, copy.deepcopy(state))

    def wait(self) -> None:
        """Return when nothing is being written."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()
            os.replace(self._directory / "unfinished", self._directory / "checkpoint.pt")

    def close(self) -> None:
        """Return when the last save is promised."""
        self.wait()
        self._executor.shutdown()

    def _write(self, snapshot: dict[str, Any]) -> None:
        with (self._directory / "unfinished").open("wb") as file:
            torch.save(snapshot, file)


def load(directory: Path) -> dict[str, Any] | None:
    """Return what was saved last."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
