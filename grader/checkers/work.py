"""Was work done twice? A resume restores; it does not train the lost steps again inside load()."""

import re

from grader.history import History, Phase
from grader.verdict import Finding

_STEPS = re.compile(r"(\d+) optimizer steps while loading")


def not_done_twice(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that load() took as many optimizer steps as it claims to restore.

    The probe counts them in the learner's process, so this is held against whoever is seen doing
    it; fewer steps are honest: libraries take one to make an optimizer's state appear.
    """
    for number, phase in enumerate(history.phases):
        counted = (int(found[1]) for note in phase.notes if (found := _STEPS.fullmatch(note)))
        steps = max(counted, default=0)
        if phase.start and steps >= phase.start:
            return Finding(
                "repeated",
                history.schedule,
                number,
                "load() puts back what save() wrote, and trains nothing",
                f"load() took {steps} optimizer steps, then training began at step {phase.start}",
                step=phase.start,
            )
    return None
