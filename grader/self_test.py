"""Can this machine resume a training exactly at all? Asked before any learner is judged.

The baseline is trained here and now, once in each fork server, and never shipped: bits differ
between CPUs, thread counts and builds. Then a keeper that saves everything is killed and resumed.
"""

from collections.abc import Sequence
from dataclasses import replace

from grader.checkers.first import first_finding
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import Checker, exact, first_different
from grader.errors import MachineError
from grader.faults import kill
from grader.faults.asking import Answers, ask
from grader.faults.lane import Lane, Lanes
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, run_once
from grader.faults.trial import Trials
from grader.history import History, Phase
from grader.workloads.workload import COMPARED, WORKERS


class NotExactError(MachineError):
    """This machine cannot resume the workload exactly, whoever saves."""


def find_baseline(subject: Subject, lanes: Lanes) -> Phase:
    """Return the training without any saving, after doing it once in each fork server.

    Raises:
        NotExactError: the two differ: the workload is not deterministic here.
        MachineError: it did not train to its end.
    """
    nobody = replace(subject, learner=None, calls="")

    def train(lane: Lane) -> Phase:
        lane.clear()
        return run_once(nobody, lane)

    first, *others = lanes.do(train)
    for phase in (first, *others):
        if phase.trouble or len(phase.steps) != subject.workload.steps:
            why = phase.trouble.text if phase.trouble else f"{len(phase.steps)} steps"
            message = f"the baseline did not train to its end here: {why}"
            raise MachineError(message)
        differing = first_different(phase.steps, first.steps, COMPARED)
        if differing:
            message = (
                "the training is not deterministic here: two uninterrupted runs differ first in "
                f"{differing[1][0]}, at step {differing[0]}"
            )
            raise NotExactError(message)
    return first


def resume_everything(subject: Subject, lanes: Lanes, baseline: Phase) -> None:
    """Kill and resume the built-in keeper, in both directions.

    Raises:
        NotExactError: a trainer that saves everything was not resumed exactly.
    """
    keeper, late = _keeper(subject), kill.everywhere(subject.workload)[0]
    _hold(lanes.do(lambda lane: keeper.carry_out(late, lane)), baseline)


def resume_with_workers(subject: Subject, lanes: Lanes, baseline: Phase) -> None:
    """Kill and resume the built-in keeper while other processes load its data.

    Raises:
        NotExactError: they cannot be started here, or change something.
    """
    late = replace(kill.everywhere(subject.workload)[0], workers=WORKERS)
    _hold([_keeper(subject).carry_out(late, lanes.both[0])], baseline)


def answer_everything(subject: Subject, lanes: Lanes, holds: Sequence[Checker]) -> None:
    """Answer every case with the grader's own functions.

    Raises:
        NotExactError: an answer of ours is not what *holds* asks for.
        MachineError: a process of ours did not answer.
    """
    ours = replace(subject, learner=None)
    came = Answers.of(ours, lanes).histories
    for name in subject.cases:
        history = came.get(name) or ask(ours, Schedule(case=name), lanes.both[0])
        found = first_finding(holds, history, Phase(""))
        if found:
            said = f"the grader's own functions answer {history.schedule} wrong here"
            message = f"{said}: expected {found.expected}, found {found.text or found.found}"
            raise NotExactError(message)


def _keeper(subject: Subject) -> Trials:
    return Trials(replace(subject, learner=None, calls="everything"))


def _hold(histories: Sequence[History], baseline: Phase) -> None:
    for history in histories:
        for checker in (within_bounds, exact(COMPARED)):
            found = checker(history, baseline)
            if found:
                message = (
                    "a trainer that saves everything was not resumed exactly on this machine: "
                    f"expected {found.expected}, found {found.found}"
                )
                raise NotExactError(message)
