"""A machine on which nothing resumes exactly: the built-in keeper writes one weight wrong."""

from grader.workloads import items, loop

_WEIGHTS = "parameters"


def warm_up() -> None:
    """Warm up as the real program does, and spoil what it puts back."""
    loop.warm_up()
    write = items.write

    def spoilt(training: loop.Training, item: str, fields: list[items.Field]) -> None:
        write(training, item, fields)
        if item == _WEIGHTS:
            next(training.model.parameters()).data[0, 0] += 1

    items.write = spoilt  # type: ignore[assignment]
