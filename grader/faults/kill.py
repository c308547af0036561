"""Where kills happen: families of schedules for one workload, exhaustive where that is finite."""

import random
from dataclasses import replace

from grader.faults.schedule import Schedule
from grader.history import EVALUATING, SAVING, Moment
from grader.workloads.workload import WORKERS, Workload


def nowhere(_: Workload) -> list[Schedule]:
    """Return the schedule of an uninterrupted run."""
    return [Schedule()]


def moments(workload: Workload) -> list[Moment]:
    """Return every moment at which a process of *workload* waits, in order."""
    marks = [
        "forward",
        "backward",
        "optimizer",
        *(["scheduler"] if workload.warmup else []),
        "step",
    ]
    found = [Moment(0, "start")]
    saving = SAVING if workload.parts else SAVING[-1:]
    for step in range(workload.steps):
        found += [Moment(step, mark) for mark in marks]
        if workload.saves_after(step):
            found += [Moment(step, mark) for mark in saving]
        if workload.parts and (step + 1) % workload.batches == 0:
            found += [Moment(step, mark) for mark in EVALUATING]
    return [*found, Moment(workload.steps, "end")]


def everywhere(workload: Workload) -> list[Schedule]:
    """Return one kill at every moment: before the first save, between saves, after the end.

    The first few are spread over the training and come first, so that a wrong answer is found
    soon; every kill is in the list once.
    """
    rest = moments(workload)
    first = [_late(workload), Moment(workload.save_every // 2, "backward"), rest[-1]]
    return [Schedule((moment,)) for moment in dict.fromkeys([*first, *rest])]


def again(workload: Workload) -> list[Schedule]:
    """Return pairs of kills: the resumed process dies too, before and after its own first save."""
    schedules = []
    for start in range(0, workload.steps - workload.save_every, workload.save_every):
        first = Moment(start + workload.save_every // 2, "optimizer")
        soon = Moment(start + workload.save_every // 2, "forward")
        late = Moment(start + workload.save_every, "backward")
        schedules += [Schedule((first, soon)), Schedule((first, late))]
    return schedules


def after(workload: Workload, strikes: tuple[Moment, ...]) -> list[Moment]:
    """Return every moment of the process that follows *strikes*, in order.

    It begins where the newest save stands that had returned before a strike.
    """
    start, order = 0, moments(workload)
    for strike in strikes:
        saved = [held for held in order[: _place(order, strike) + 1] if held.mark == "save"]
        start = max([start, *(held.step + 1 for held in saved)])
    return [Moment(start, "start"), *(held for held in order[1:] if held.step >= start)]


def in_each_step(workload: Workload) -> list[Schedule]:
    """Return one kill in each step and after each save: for what does not change within a step."""
    found = [Moment(step, "forward") for step in range(workload.steps)]
    found += [moment for moment in moments(workload) if moment.mark in {"save", "end"}]
    return [Schedule((moment,)) for moment in dict.fromkeys([_late(workload), *sorted(found)])]


def with_workers(workload: Workload) -> list[Schedule]:
    """Return what is tried with processes that load ahead, as each of them takes long to start.

    No kill, one late, one at each place of epoch 1 from which a training is resumed, and a pair.
    """
    first, second = workload.batches, 2 * workload.batches
    places = [step for step in range(first + 1, second + 1) if workload.saves_after(step - 1)]
    killed = [_late(workload), *(Moment(step, "backward") for step in places)]
    chosen = [Schedule(), *(Schedule((moment,)) for moment in killed), *again(workload)[-1:]]
    return [replace(schedule, workers=WORKERS) for schedule in dict.fromkeys(chosen)]


def sample(schedules: list[Schedule], count: int, seed: int) -> list[Schedule]:
    """Return *count* of the schedules, the same ones for the same seed, in their order."""
    chosen = set(random.Random(seed).sample(range(len(schedules)), min(count, len(schedules))))  # noqa: S311 - a choice of tests, no secret
    return [schedule for at, schedule in enumerate(schedules) if at in chosen]


def _place(order: list[Moment], moment: Moment) -> int:
    """Return where a moment stands in a training from step 0; a later start stands at its step."""
    if moment in order:
        return order.index(moment)
    return next(at for at, held in enumerate(order) if held.step == moment.step) - 1


def _late(workload: Workload) -> Moment:
    """Return a moment after the last save but the final one: most state has moved by then."""
    return Moment(min(workload.steps - workload.save_every // 2, workload.steps - 1), "backward")
