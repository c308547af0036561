"""Trials built by hand: a training of 12 steps, saved every 4, killed at step 6, resumed at 4."""

from grader.history import Bounds, History, Moment, Phase, Step, Trouble

Files = tuple[tuple[str, int], ...]
ITEMS = ("step", "loss", "parameters")
STEPS, SAVED, KILLED = 12, 4, 6
SCHEDULE = f"kill@{KILLED}:backward"


def steps(first: int, last: int, *, digests: bool = True) -> list[Step]:
    """Return the baseline's steps from *first* until before *last*."""
    return [
        Step(at, 1 / (at + 1), tuple(bytes([at, item]) for item in range(3)) if digests else ())
        for at in range(first, last)
    ]


def baseline() -> Phase:
    """Return the training uninterrupted."""
    return Phase("A", 0, steps(0, STEPS), exit=0)


def killed(*, digests: bool = False) -> Phase:
    """Return the first process: digests are compared only after a resume."""
    done = steps(0, KILLED, digests=digests)
    return Phase("A", 0, done, SAVED, Moment(KILLED, "backward"), -9)


def resumed() -> Phase:
    """Return the second process, which is right."""
    return Phase("B", SAVED, steps(SAVED, STEPS), STEPS, exit=0)


def trial(
    last: Phase | None = None, files: tuple[tuple[str, int], ...] = (("c.pt", 9),)
) -> History:
    """Return a whole trial, right unless its second process or the files say otherwise."""
    return History(SCHEDULE, [killed(), last or resumed()], [Bounds(SAVED, SAVED)], [files])


def refused(text: str, where: str = "load", kind: str = "raises") -> Phase:
    """Return a process that ended by itself, before training began."""
    return Phase("B", exit=1, trouble=Trouble(kind, where, text))
