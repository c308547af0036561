"""A machine on which nothing resumes exactly: the built-in keeper writes one weight wrong."""

from collections.abc import Sequence

from grader.bits import Field
from grader.workloads import items, loop
from grader.workloads.training import Training

_WEIGHTS = "parameters"


warm_up_for = loop.warm_up_for


def warm_up() -> None:
    """Warm up as the real program does, and spoil what it puts back."""
    loop.warm_up()
    write = items.write

    def spoilt(training: Training, item: str, fields: Sequence[Field]) -> None:
        write(training, item, fields)
        if item == _WEIGHTS:
            next(training.model.parameters()).data[0, 0] += 1

    items.write = spoilt
