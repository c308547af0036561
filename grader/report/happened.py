"""What happened, in one sentence: kills, resumes, and what is held against the last process.

It is told from what the judge saw; where the trial itself is not at hand, from its schedule.
"""

from collections.abc import Sequence

from grader.errors import UsageError
from grader.faults.schedule import Schedule
from grader.history import History, Phase
from grader.report import words
from grader.verdict import Finding
from grader.workloads.workload import Workload


def what_happened(finding: Finding, history: History | None, workload: Workload, file: str) -> str:
    """Return what was seen, in words and in order, ending with what is held against it."""
    schedule = _schedule(finding)
    phases = history.phases if history and history.schedule == finding.schedule else []
    said = []
    for number in range(finding.phase + 1):
        phase = phases[number] if number < len(phases) else None
        if number:
            said.append(_resumed(number, phase, finding, schedule))
        strike = schedule.strikes[number] if number < len(schedule.strikes) else None
        # A process that ended by itself was never struck, whatever the schedule had for it.
        certain = number < finding.phase or finding.kind == "files"
        if strike and (phase.struck is not None if phase else certain):
            again = " again" * bool(number)
            said.append(f"killed{again} (SIGKILL) {words.when(strike, workload)}")
        elif number < finding.phase:
            said.append("the training ran to its end")
    said.append(_held_against(finding, phases, file))
    return "; ".join(part for part in said if part)


def _resumed(number: int, phase: Phase | None, finding: Finding, schedule: Schedule) -> str:
    how = "resumed again" if number > 1 else "resumed"
    if schedule.setting:
        return f"then it was resumed in a new process with {'='.join(map(str, schedule.setting))}"
    start = phase.start if phase else None
    if start is None and finding.kind == "progress" and number == finding.phase:
        start = finding.step
    if start is None:  # it ended before it said where training goes on
        return "then a new process started"
    return f"{how} in a new process at step {start}"


def _held_against(finding: Finding, phases: Sequence[Phase], file: str) -> str:
    """Return the last part of what happened: what the finding is about."""
    place = words.PLACES.get(finding.where, "")
    after = ""
    if finding.where == "save" and finding.phase < len(phases):
        after = f" after step {phases[finding.phase].position - 1}"
    last = words.without_paths(finding.found, file)
    if finding.kind == "trajectory":
        never = "a run that nobody killed; " if finding.phase == 0 else ""
        return f"{never}first different: {words.item(finding.item)}, in step {finding.step}"
    if finding.kind == "raises":
        if finding.where == "load" and finding.phase == 0:
            after = " at the first start, where nothing had been saved yet"
        if finding.text.startswith("Traceback"):
            return words.RAISED.get(finding.where, "an exception was raised") + after
        return f"{place}{after}: {last}"
    place += after
    return {
        "progress": "" if finding.phase else f"the first process: {last}",
        "files": "nothing to resume from was on disk",
        "refusal": "",
        "timeout": f"{place}: {last}, so the judge stopped it",
        "memory": f"{place}: {last}, so the judge stopped it",
        "output": f"{place}: {last}, so the judge stopped it",
        "exit": f"{place}: the process {last}",
        "signal": f"{place}: the process was {last}",
        "protocol": f"the judge stopped the process: it sent {last}",
        "checkpoint": f"what your save() left cannot be a checkpoint: {last}",
        "survivor": f"not everything died: {last}",
    }.get(finding.kind, last)


def _schedule(finding: Finding) -> Schedule:
    try:
        return Schedule.parse(finding.schedule)
    except UsageError:
        return Schedule()
