"""Asking the learner's functions cases: in each fork server, so under two hash seeds.

All cases of an exercise are asked in one process of each server: that is quick, and holds for a
program that answers each by itself. Where a process ends otherwise, and for every answer that is
held against the learner, a case is asked alone, in new processes and empty folders.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.faults.lane import Lane, Lanes
from grader.faults.recordings import NeverStruckError
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, run_once
from grader.history import Case, History, Phase, Trouble


def ask(subject: Subject, schedule: Schedule, lane: Lane) -> History:
    """Return the answers of a new process in each server to the case of a schedule.

    Raises:
        NeverStruckError: the exercise has no such case.
        MachineError: a fork server failed.
    """
    case = subject.cases.get(schedule.case)
    if case is None:
        message = f"{schedule.id}: this exercise asks no such case; its reports name those it has"
        raise NeverStruckError(message)
    history = History(schedule.id, case=case)
    for number in range(len(lane.servers)):
        history.phases.append(_answers(subject, [case], lane, number))
        if history.phases[-1].trouble:
            break
    return history


@dataclass(slots=True)
class Answers:
    """What one process of each server answered to all cases.

    Attributes:
        histories: by the case's name; empty where a process did not come to its end.
    """

    histories: Mapping[str, History] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: Subject, lanes: Lanes) -> "Answers":
        """Ask, in both servers.

        Raises:
            MachineError: a fork server failed.
        """
        cases = list(subject.cases.values())
        phases = lanes.do(lambda lane: _answers(subject, cases, lane, 0))
        if any(phase.trouble for phase in phases):
            return cls()
        histories = {}
        for number, case in enumerate(cases):
            alone = [
                Phase(
                    one.server, one.start, exit=one.exit, answers=one.answers[number : number + 1]
                )
                for one in phases
            ]
            histories[case.name] = History(Schedule(case=case.name).id, alone, case=case)
        return cls(histories)


def _answers(subject: Subject, cases: Sequence[Case], lane: Lane, number: int) -> Phase:
    """Ask *cases* in one process."""
    lane.clear(number)
    with tempfile.TemporaryFile() as exchange:
        exchange.write(json.dumps([case.given for case in cases]).encode())
        exchange.flush()
        phase = run_once(subject, lane, number, exchange=exchange.fileno(), cases=len(cases))
    if phase.trouble is None and len(phase.answers) < len(cases):
        text = f"{len(phase.answers)} answers to {len(cases)} cases"
        phase.trouble = Trouble("protocol", "case", text)
    if phase.trouble is None and phase.survivors:
        text = f"{phase.survivors} process(es) left their group and outlived the answer"
        phase.trouble = Trouble("survivor", "case", text)
    return phase
