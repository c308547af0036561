"""How things are called in a report: items, moments, processes and places, in people's words."""

import re
import textwrap
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from grader.history import Moment
from grader.workloads.workload import Workload

ITEMS = {
    "step": "the step counter",
    "epoch": "the epoch counter",
    "samples": "the choice of samples",
    "batch": "the batch",
    "rng.python": "Python's random stream",
    "rng.numpy": "NumPy's random stream",
    "rng.torch": "torch's random stream",
    "rng.cuda": "torch's random stream on the GPU",
    "lr": "the learning rate",
    "loss": "the loss",
    "gradients": "the gradients",
    "parameters": "the model's parameters",
    "buffers": "the model's buffers",
    "optimizer.step": "the optimizer's step count",
    "optimizer.moments": "the optimizer's running averages (exp_avg, exp_avg_sq)",
    "optimizer.groups": "the optimizer's settings (param_groups)",
    "scheduler": "the scheduler's state",
    "order": "the order of the samples to come",
    "noise": "the noise on the images",
    "scaler": "the loss scaler's state",
    "ema": "the averaged weights (EMA)",
    "window": "the gradients of the open accumulation window",
    "meta.best": "the best value so far",
    "meta.patience": "the evaluations since the best one (patience)",
    "meta.counters": "the counters",
}
"""Every compared item, as a sentence calls it."""

PLACES = {
    "none": "before your file was imported",
    "import": "while your file was imported",
    "load": "in your load()",
    "save": "in your save()",
    "training": "in the training loop, outside save() and load()",
    "case": "in your function",
    "train": "in your train()",
}
"""Whose code was running, for each word of `grader.history.CALLS`."""

RAISED = {
    "import": "your file raised an exception while it was imported",
    "load": "your load() raised an exception",
    "save": "your save() raised an exception",
    "training": "the training loop raised an exception, outside save() and load()",
    "case": "your function raised an exception",
    "train": "your train() raised an exception",
}
"""What an exception is, for each place that can raise one."""

_AFTER = {
    "forward": "after the forward pass",
    "backward": "after backward",
    "optimizer": "after the optimizer's step",
    "scheduler": "after the scheduler's step",
}
DISK = {
    "ENOSPC": "the disk was full (ENOSPC)",
    "EDQUOT": "the quota was used up (EDQUOT)",
    "EIO": "the disk reported an error (EIO)",
    "EROFS": "the file system could only be read (EROFS)",
    "SHORT": "only half of the bytes were written",
    "SLOW": "the disk took its time",
    "DIES": "whoever made it died (a process by SIGKILL, a thread by an error)",
    "ROT": "a bit of the newest checkpoint changed",
}
"""What each disk fault means."""

HOLDS = {
    "held": "was held",
    "stuck": "was held on and on",
    "awaited": "was let go only if the training waited for its end",
    "late": "did not begin",
}
"""What each way of holding a writer up means."""
WRITERS = "whatever was to write beside the training"

SIGNALS = {
    "term": "told to leave (SIGTERM)",
    "usr1": "told to leave (SIGUSR1)",
    "group": "told to leave, with all of its processes (SIGTERM)",
}
"""What each signal of a schedule means."""

_BETWEEN = {
    "start": "before step {step}",
    "saving": "at the beginning of the save after step {step}",
    "written": "in the save after step {step}, before the new file took the old one's place",
    "evaluating": "in the evaluation after step {step}",
    "evaluated": "at the end of the evaluation after step {step}",
}
_PLACES = {
    "end": "after the last step",
    "load": "in load(), before its file call {call}",
}
_MESSAGE_MAX = 240  # characters: three lines of a terminal
_BYTES = re.compile(r"^write \d+ bytes (?:in)?to")
_SIZE = re.compile(r"write (\d+) bytes")
_LANE = re.compile(r"[^\s'\"]*/exact-resume-[^/\s'\"]+/\d+/")
_UNSAFE = re.compile(r"Weights only load failed[\s\S]*GLOBAL ([\w.]+)")
_INSTALLED = re.compile(r"(File \")[^\"]*/(?:site-packages|lib/python[\d.]+)/")


def item(name: str) -> str:
    """Return what people call an item; an unknown one keeps its name."""
    return ITEMS.get(name, name)


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """Return names as a sentence lists them: ``a, b and c``."""
    if len(names) < 2:  # noqa: PLR2004 - one name needs no list
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def when(moment: Moment, workload: Workload) -> str:
    """Return a moment of a training in words, with its epoch."""
    at = moment.step
    if moment.mark in _PLACES:
        return _PLACES[moment.mark].format(call=moment.call)
    epoch = f" (epoch {at // workload.batches})"
    if moment.mark in _BETWEEN:
        return _BETWEEN[moment.mark].format(step=at) + epoch
    if moment.mark == "save":
        return f"after step {at} and its save{epoch}"
    if moment.mark == "call":
        return f"in the save after step {at}, before its file call {moment.call}{epoch}"
    if moment.mark == "step":
        return f"after step {at}{', before its save' * workload.saves_after(at)}{epoch}"
    return f"in step {at}, {_AFTER[moment.mark]}{epoch}"


def inside(when: str, count: str, call: str) -> str:
    """Return a moment before a write as one in the middle of it, with the bytes that got there."""
    size = _SIZE.match(call)
    written = f"{count}{f' of {size[1]}' if size else ''} bytes written"
    place, epoch, number = when.replace("before its", "in the middle of its").partition(" (epoch")
    return f"{place} ({written}; epoch{number}" if epoch else f"{place} ({written})"


def calls(told: Sequence[str]) -> list[str]:
    """Return file calls with their numbers, a line each; writes in a row are one line."""
    lines, number = [], 0
    for words, row in groupby(told, key=_without_size):
        count = len(list(row))
        first = told[number] if count == 1 else words
        until = f" to {number + count - 1}" if count > 1 else ""
        lines.append(f"{number}{until}: {first}")
        number += count
    return lines


def _without_size(call: str) -> str:
    return _BYTES.sub("write to", call)


def without_paths(text: str, file: str) -> str:
    """Return a process's text without folders that differ from run to run.

    *file* is the learner's; its own name stays.
    """
    for path in (str(Path(file).resolve()), file):
        if "/" in path:
            text = text.replace(path, path.rpartition("/")[2])
    return _INSTALLED.sub(r"\1", _LANE.sub("", text))


def exception(trace: str) -> str:
    """Return what a traceback's exception says, on one line; empty where there is no traceback.

    PyTorch spreads a message over several lines, and the last alone would lose its subject.
    """
    if not trace.startswith("Traceback"):
        return ""
    if refused := _UNSAFE.search(trace):
        return f"torch.load() with weights_only=True refused {refused[1]}"
    lines = [line for line in trace.splitlines() if line.strip()]
    first = max(at for at, line in enumerate(lines) if not line.startswith((" ", "\t")))
    text = " ".join(line.strip() for line in lines[first:])
    return text if len(text) <= _MESSAGE_MAX else f"{text[:_MESSAGE_MAX]} …"


def last_lines(trace: str, file_name: str, count: int = 4) -> list[str]:
    """Return at most *count* lines of a traceback: the frame in the learner's file, then the end.

    The exception's own last line is left out; the report shows it as what was found.
    """
    if not trace.startswith("Traceback"):
        return []
    lines = [line for line in trace.splitlines() if line.strip()]
    message = lines.pop()
    lines = [line for line in lines if line.startswith(" ")]  # the message may have several
    if not message.startswith("SyntaxError"):  # there the carets are the message
        lines = [line for line in lines if line.strip(" ~^")]
    frames = [at for at, line in enumerate(lines) if line.lstrip().startswith('File "')]
    theirs = [at for at in frames if f'"{file_name}"' in lines[at]]
    if not frames:
        return []
    first = (theirs or frames)[-1]
    following = next((at for at in frames if at > first), len(lines))
    chosen = lines[first : min(following, first + count)]
    return textwrap.dedent("\n".join(chosen)).splitlines()
