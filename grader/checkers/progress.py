"""Did the training go on from where it was saved? No step lost, none skipped, none repeated.

Where a resume may begin follows from the save schedule and from what the judge saw, never from
what the learner's process says.
"""

from grader.history import History, Phase
from grader.verdict import Finding

_NEWEST = {"damage": "whole"} | dict.fromkeys(("held", "stuck", "awaited", "late"), "promised")
"""What the newest save is called that must be there, by the kind of a schedule."""


def within_bounds(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that a process ended by itself, or resumed too early or too late."""
    for number, phase in enumerate(history.phases):
        trouble = phase.trouble
        if trouble and trouble.kind == "start" and phase.start is not None:
            return _wrong_start(history, number, phase.start)
        if trouble:
            return Finding(
                trouble.kind,
                history.schedule,
                number,
                "a process that runs until it is killed or done",
                trouble.text.splitlines()[-1] if trouble.text else trouble.kind,
                where=trouble.where,
                text=trouble.text,
            )
    return None


def _wrong_start(history: History, number: int, start: int) -> Finding:
    bounds = history.bounds[number - 1] if number else None
    if bounds is None or bounds.floor == 0:
        expected = "training from step 0: no save had returned yet"
    elif history.phases[number - 1].left is not None:
        done = f"{bounds.floor} steps were done when it was told to leave"
        expected = f"training from step {bounds.floor}: {done}, and there was time to save them"
    else:
        newest = _NEWEST.get(history.schedule.partition("@")[0], "finished")
        expected = f"training from step {bounds.floor}, where the last {newest} save stands"
    return Finding(
        "progress", history.schedule, number, expected, f"training from step {start}", step=start
    )
