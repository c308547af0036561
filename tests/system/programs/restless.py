"""A training that is never the same twice: the system draws its learning rate."""

import os
import types
from typing import Any

from grader.process.probe import Probe
from grader.workloads import loop

_train = loop.run
warm_up_for = loop.warm_up_for


def warm_up() -> None:
    """Warm up as the real program does, and take its place."""
    loop.warm_up()
    loop.run = run


def run(
    arguments: dict[str, Any],
    probe: Probe,
    learner: types.ModuleType | None,
    exchange: int | None,
) -> int:
    """Train with a learning rate that no seed decides."""
    arguments["workload"]["learning_rate"] *= 1 + int.from_bytes(os.urandom(4), "little") / 2**32
    return _train(arguments, probe, learner, exchange)
