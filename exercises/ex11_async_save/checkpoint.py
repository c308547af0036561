"""Save beside the training: copy now, write in the background, and say what went wrong.

Lesson: lessons/ex11_async_save/index.md
"""

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
        raise NotImplementedError("write __init__()")

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save *state* as it is now, and return without waiting for its file.

        The tensors in *state* are the training's own: the next step changes them.
        """
        raise NotImplementedError("write save()")

    def wait(self) -> None:
        """Return when nothing is being written any more. Raises what has failed."""
        raise NotImplementedError("write wait()")

    def close(self) -> None:
        """Return when the last save is promised. Raises what has failed.

        Called once, after the last step.
        """
        raise NotImplementedError("write close()")


def load(directory: Path) -> dict[str, Any] | None:
    """Return the newest whole state that was saved, or None where nothing was.

    Called once, before the first step, in whatever a kill has left.
    """
    raise NotImplementedError("write load()")
