"""Was a resume with other settings refused, clearly, and without touching the checkpoint?"""

from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import Checker
from grader.history import History, Phase
from grader.verdict import Finding

NAMELESS = "an error that does not name it"


def refuses(history: History, baseline: Phase) -> Finding | None:
    """Hold against a trial that load() returned, said nothing, or changed the checkpoint."""
    *first, last = history.phases
    if not first:  # the training that was to be resumed did not even end
        return within_bounds(history, baseline)
    before, after = history.files[0], history.files[-1]
    setting = history.schedule.partition("@")[2]
    expected = f"load() raises an error that says what does not fit ({setting})"
    if last.trouble is None or last.trouble.kind == "start":
        found = "load() returned, and training would have gone on"
    elif last.trouble.kind != "raises" or last.trouble.where != "load":
        found = f"the process ended otherwise: {_last_line(last.trouble.text)}"
    elif not _message(last.trouble.text):
        found = f"an error without a word: {_last_line(last.trouble.text)}"
    elif before != after:
        found = "the refusal changed the checkpoint directory"
    else:
        return None
    return Finding("refusal", history.schedule, len(history.phases) - 1, expected, found)


def refuses_naming(name: str) -> Checker:
    """Hold against a trial, beyond what `refuses` does, that the error does not say *name*."""

    def checker(history: History, baseline: Phase) -> Finding | None:
        found = refuses(history, baseline)
        trouble = history.phases[-1].trouble
        # After the last frame: a message may have several lines, indented ones too.
        if found or trouble is None or name in trouble.text.rpartition('  File "')[2]:
            return found
        return Finding(
            "refusal",
            history.schedule,
            len(history.phases) - 1,
            f"load() raises an error that names {name}",
            f"{NAMELESS}: {_last_line(trouble.text)}",
        )

    return checker


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2] or "it said nothing"


def _message(trace: str) -> str:
    """Return what an exception says, without its frames and its class."""
    lines = [line for line in trace.splitlines() if not line.startswith(("  ", "Traceback"))]
    return "\n".join(lines).partition(":")[2].strip()
