"""Did a training go on while its writer was held up?"""

from grader.history import History, Phase
from grader.verdict import Finding


def goes_on(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that the training stood still for its own save, not an earlier one."""
    for number, phase in enumerate(history.phases):
        if phase.waited is not None:
            found = "the training stood still until the writer was let go"
            return Finding(
                "waits", history.schedule, number,
                "training that goes on while the writer is held", found, step=phase.waited,
                where="save",
            )  # fmt: skip
    return None
