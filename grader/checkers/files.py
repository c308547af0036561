"""What lies on disk: something after every save, and no more from one crash to the next."""

from itertools import pairwise

from grader.history import History, Phase
from grader.verdict import Finding

_TWICE = 2
_SKIPPED = "skipped: "
"""What exercise 9's calls print for every checkpoint that the learner's function names."""


def something_saved(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that a save returned and no file with a byte in it was left."""
    for number, (bounds, files) in enumerate(zip(history.bounds, history.files, strict=False)):
        if bounds.floor > 0 and not any(size for _, size in files):
            return Finding(
                "files",
                history.schedule,
                number,
                f"a file in the checkpoint directory: a save had returned at step {bounds.floor}",
                "no file with anything in it" if files else "an empty directory",
            )
    return None


def nothing_grows(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that each of several equal crashes has left one more file."""
    counts = [len(files) for files in history.files]
    equal = len(set(history.schedule.partition("@")[2].split(","))) == 1
    growing = (
        equal and len(counts) > _TWICE and all(more > fewer for fewer, more in pairwise(counts))
    )
    if not growing:
        return None
    return Finding(
        "grows",
        history.schedule,
        len(counts),
        "what a crash leaves is used again or taken away",
        f"after each crash more files: {', '.join(map(str, counts))}",
    )


def keeps_no_more(history: History, _: Phase) -> Finding | None:
    """Hold against a resume that it found a checkpoint older than all that were to be kept.

    All that the last saves wrote was damaged. Where nothing is left, how it says so is its own.
    """
    last = history.phases[-1]
    if "=last." not in history.schedule or not last.start or not history.bounds:
        return None
    if last.start > history.bounds[-1].ceiling:
        return None  # one of those that are damaged
    count = history.schedule.rpartition("=last.")[2]
    return Finding(
        "kept",
        history.schedule,
        len(history.phases) - 1,
        f"nothing to resume from but the newest {count}, which are damaged",
        f"training from step {last.start}, from a checkpoint that prune() has left",
        step=last.start,
    )


def names_only_damaged(history: History, _: Phase) -> Finding | None:
    """Hold against a resume that it called a checkpoint damaged where nothing was.

    After a kill between saves nothing is; inside one a file may be half written.
    """
    last, fault = history.phases[-1], history.schedule
    inside = any(mark in fault for mark in (":call", ":load", "ROT@"))
    if inside or not fault.startswith("kill@") or not history.bounds:
        return None
    if last.start is None or _SKIPPED not in last.output:
        return None
    said = next(line for line in last.output.splitlines() if _SKIPPED in line)
    return Finding(
        "false_alarm",
        history.schedule,
        len(history.phases) - 1,
        "an empty list of damaged checkpoints from latest_valid(): none is",
        f"training from step {last.start}, and {said.strip()}",
        step=last.start,
    )


def tells_what_it_skips(history: History, _: Phase) -> Finding | None:
    """Hold against a resume that it went back to an older checkpoint without a word.

    Of a file that is gone altogether nobody can tell. One that begins at the newest finished save,
    from a second copy, went back past nothing.
    """
    damaged = history.schedule.startswith("damage@") and "=gone." not in history.schedule
    if not history.bounds or not damaged:
        return None
    struck, last = history.phases[-2:]
    if last.start is None or last.start >= struck.acknowledged or _SKIPPED in last.output:
        return None
    return Finding(
        "hidden",
        history.schedule,
        len(history.phases) - 1,
        "the name of the checkpoint that was passed over, in what latest_valid() returns",
        f"training from step {last.start}, and no word of the damaged one",
        step=last.start,
    )
