"""Where a training is preempted: families of signals for a loop that the learner writes."""

from grader.faults import kill
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule, Signal
from grader.history import IN_STEP, SAVING, Moment
from grader.workloads.workload import WORKERS, Workload

_LAST = 6
"""Moments of the last step: from its optimizer on, with the save and the evaluation."""


def everywhere(workload: Workload) -> list[Schedule]:
    """Return one SIGTERM at every moment of the second epoch, at the start, and at the very end.

    A few of different sorts stand in front, so that a mistake shows soon.
    """
    steps = range(workload.batches, 2 * workload.batches)
    told = [moment for moment in kill.moments(workload) if moment.mark not in {"end", "save"}]
    found = [moment for moment in told if moment.step in steps]
    found += [moment for moment in told if moment.mark == "start"]
    found += [moment for moment in told if moment.step == workload.steps - 1][-_LAST:]
    marks = ("backward", "optimizer", "evaluating", "start")
    leads = [next(moment for moment in found if moment.mark == mark) for mark in marks]
    return [Schedule(signals=(Signal(moment),)) for moment in dict.fromkeys([*leads, *found])]


def early(workload: Workload) -> list[Schedule]:
    """Return the same with SIGUSR1, at one moment of each sort; the start stands last.

    A program that hears nothing yet at its start has another mistake than one that hears nothing.
    """
    last = {held.mark: held for held in kill.moments(workload) if held.step < _late(workload)}
    told = [moment for mark, moment in last.items() if mark not in {"end", "save"}]
    told.sort(key=lambda moment: moment.mark == "start")
    return [Schedule(signals=(Signal(moment, "usr1"),)) for moment in told]


def twice(workload: Workload) -> list[Schedule]:
    """Return a second SIGTERM: in the rest of the step, in the save that follows, at its end."""
    step = _late(workload)
    firsts = [Moment(step, mark) for mark in (*IN_STEP[:3], "step")]
    seconds = [Moment(step, mark) for mark in ("step", *SAVING[:-1])]
    return [
        Schedule(signals=(Signal(first), Signal(second)))
        for first in firsts
        for second in seconds
        if first != second
    ]


def grace_ends(workload: Workload) -> list[Schedule]:
    """Return a SIGTERM and the SIGKILL at every moment until a prompt program has left.

    What it had saved before must still be there, and where its last save was done, that.
    """
    step, found = _late(workload), []
    told = [Moment(step, "forward"), Moment(_edge(workload), "evaluating")]
    for at in told:
        rest = [Moment(at.step, mark) for mark in IN_STEP[1:] if mark != "scheduler"]
        ends = [*(rest if at.mark == "forward" else ()), *(Moment(at.step, m) for m in SAVING)]
        found += [Schedule((end,), signals=(Signal(at),)) for end in ends]
    return found


def in_save(recordings: Recordings) -> list[Schedule]:
    """Return a SIGTERM right before every file call of the second regular save."""
    recorded = recordings.of()
    ends = recorded.ends()[1:2] if recorded.phase.trouble is None else []
    calls = [recorded.calls[number].at for end in ends for number in recorded.group(end)]
    return [Schedule(signals=(Signal(at),)) for at in calls]


def with_workers(workload: Workload) -> list[Schedule]:
    """Return a SIGTERM to the whole group, where two processes load the data.

    It comes at each moment of a step, in a save and in an evaluation: where a worker ends by it,
    the exception comes at that very moment.
    """
    step = _late(workload)
    saved = next(held for held in range(step, workload.steps) if workload.saves_after(held))
    inside = [Moment(step, mark) for mark in IN_STEP if mark not in {"backward", "scheduler"}]
    others = [Moment(_edge(workload), "evaluating"), Moment(saved, "saving")]
    told = [Moment(step, "backward"), *inside, *others]
    return [Schedule(signals=(Signal(at, "group"),), workers=WORKERS) for at in told]


def _late(workload: Workload) -> int:
    """Return a step of the second epoch after which no regular save comes, nor an evaluation."""
    return next(
        step
        for step in range(workload.batches + 1, workload.steps)
        if not workload.saves_after(step) and (step + 1) % workload.batches
    )


def _edge(workload: Workload) -> int:
    """Return the last step of the first epoch."""
    return workload.batches - 1
