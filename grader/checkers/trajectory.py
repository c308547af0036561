"""Is every step the baseline's step, bit for bit, in every compared item?"""

from collections.abc import Callable, Sequence

from grader.history import History, Phase, Step
from grader.verdict import Finding

Checker = Callable[[History, Phase], Finding | None]


def exact(items: Sequence[str]) -> Checker:
    """Return the checker that compares *items*, the order of the digests in a step."""

    def check(history: History, baseline: Phase) -> Finding | None:
        for number, phase in enumerate(history.phases):
            found = first_different(phase.steps, baseline.steps, items)
            if found:
                step, names = found
                return Finding(
                    "trajectory",
                    history.schedule,
                    number,
                    "the baseline's bits in every compared item",
                    f"{names[0]} differs first, at step {step}",
                    item=names[0],
                    step=step,
                    differing=names,
                )
        return None

    return check


def first_different(
    steps: Sequence[Step], baseline: Sequence[Step], items: Sequence[str]
) -> tuple[int, tuple[str, ...]] | None:
    """Return the first step that differs from the baseline, and its differing items in order.

    Steps that were reported without digests are not compared.
    """
    for step in steps:
        if not step.digests:
            continue
        expected = baseline[step.index].digests
        names = tuple(
            item
            for item, ours, theirs in zip(items, expected, step.digests, strict=True)
            if ours != theirs
        )
        if names:
            return step.index, names
    return None
