"""The queue of its one worker has no end: no save waits for the one before."""

import os
import queue
import threading
from pathlib import Path
from typing import Any

import torch


class AsyncSaver:
    """A worker that lives as long as the training."""

    def __init__(self, directory: Path) -> None:
        """Write into *directory*."""
        self._path = directory / "checkpoint.pt"
        self._snapshots: queue.Queue[Any] = queue.Queue()
        self._problems: list[BaseException] = []
        threading.Thread(target=self._work, daemon=True).start()

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save."""
        self._snapshots.put(_copied(state))

    def wait(self) -> None:
        """Return when nothing is being written."""
        self._snapshots.join()
        if self._problems:
            raise self._problems.pop()

    def close(self) -> None:
        """Return when the last save is promised."""
        self.wait()

    def _work(self) -> None:
        while True:
            snapshot = self._snapshots.get()
            try:
                with self._path.with_suffix(".new").open("wb") as file:
                    torch.save(snapshot, file)
                os.replace(file.name, self._path)
            except BaseException as problem:  # nobody else sees what ends a thread
                self._problems.append(problem)
            self._snapshots.task_done()


def _copied(held: Any) -> Any:  # noqa: ANN401 - whatever a state is made of
    """Return a copy of whatever a state is made of."""
    if isinstance(held, torch.Tensor):
        return held.detach().clone()
    if isinstance(held, dict):
        return {name: _copied(one) for name, one in held.items()}
    return [_copied(one) for one in held] if isinstance(held, list) else held


def load(directory: Path) -> dict[str, Any] | None:
    """Return what was saved last."""
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
