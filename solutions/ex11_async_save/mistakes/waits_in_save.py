"""save() waits for its own writer."""

import copy
import os
import threading
from pathlib import Path
from typing import Any

import torch


class AsyncSaver:
    """Writes checkpoints into a directory while the training goes on.

    One save is under way at a time. It is promised as soon as `wait`, `close` or the next `save`
    has returned: then a new process finds it, whatever becomes of this one. Until then the one
    before is still there. Where a write has failed, the first of the three that comes raises.
    """

    def __init__(self, directory: Path) -> None:
        """Write into *directory*, which exists."""
        self._path = directory / "checkpoint.pt"
        self._writer: threading.Thread | None = None
        self._problem: BaseException | None = None

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save *state* as it is now, and return without waiting for its file.

        The tensors in *state* are the training's own: the next step changes them.
        """
        self.wait()
        snapshot = copy.deepcopy(state)
        self._writer = threading.Thread(target=self._write, args=(snapshot,))
        self._writer.start()
        self._writer.join()

    def wait(self) -> None:
        """Return when nothing is being written any more. Raises what has failed."""
        if self._writer:
            self._writer.join()
            self._writer = None
        if self._problem:
            problem, self._problem = self._problem, None
            message = "the last checkpoint was not written"
            raise RuntimeError(message) from problem

    def close(self) -> None:
        """Return when the last save is promised. Raises what has failed.

        Called once, after the last step.
        """
        self.wait()

    def _write(self, snapshot: dict[str, Any]) -> None:
        unfinished = self._path.with_suffix(".new")
        try:
            with unfinished.open("wb") as file:  # torch.save() writes it without keeping the GIL
                torch.save(snapshot, file)
            os.replace(unfinished, self._path)
        except BaseException as problem:  # nobody else sees what ends a thread
            self._problem = problem


def load(directory: Path) -> dict[str, Any] | None:
    """Return the newest whole state that was saved, or None where nothing was.

    Called once, before the first step, in whatever a kill has left.
    """
    path = directory / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None
