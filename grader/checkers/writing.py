"""Did a training go on while its writer was held up?"""

from grader.history import History, Phase
from grader.verdict import Finding


def goes_on(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that the training stood still for a writer, with no save before it."""
    for number, phase in enumerate(history.phases):
        if phase.waited:
            at = phase.waited
            found = "the training stood still until the writer was let go"
            return Finding(
                "waits", history.schedule, number,
                "training that goes on while the writer is held", found, step=at.step, where="save",
            )  # fmt: skip
    return None
