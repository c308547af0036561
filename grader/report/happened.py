"""What happened, in one sentence: kills, resumes, and what is held against the last process.

It is told from what the judge saw; where the trial itself is not at hand, from its schedule.
"""

from collections.abc import Sequence

from grader.errors import UsageError
from grader.faults.schedule import ROT, DiskFault, Schedule
from grader.history import Case, History, Phase
from grader.report import words
from grader.verdict import Finding
from grader.workloads.workload import Workload


def what_happened(finding: Finding, history: History | None, workload: Workload, file: str) -> str:
    """Return what was seen, in words and in order, ending with what is held against it."""
    schedule = _schedule(finding)
    if history and history.case:
        return _asked(finding, history.case, file)
    phases = history.phases if history and history.schedule == finding.schedule else []
    said = []
    for number in range(finding.phase + 1):
        phase = phases[number] if number < len(phases) else None
        if number:
            said.append(_resumed(number, phase, finding, schedule))
        else:
            said += _told(schedule, phase, workload)
            said += _held_up(schedule, workload)
            said += _rotten(schedule, workload)
        strike = schedule.strikes[number] if number < len(schedule.strikes) else None
        # A process that ended by itself was never struck, whatever the schedule had for it.
        certain = number < finding.phase or finding.kind == "files"
        if finding.kind == "waits":
            continue  # it was let go, and the kill that followed found nothing
        if strike and (phase.struck is not None if phase else certain):
            calls = history.calls if phases and history else ()
            when = _when(schedule, number, calls, workload)
            said.append(_struck(schedule, number, when))
        elif number < finding.phase and phase and phase.left is not None:
            saved = f"a save after step {phase.acknowledged - 1}"
            saved = saved if phase.acknowledged else "nothing saved"
            said.append(f"it left with exit code {phase.left} and {saved}")
        elif schedule.disk and number == 0:
            said.append(_disk_failed(schedule.disk, phase, workload))
        elif number < finding.phase:
            said.append("the training ran to its end")
    said.append(_held_against(finding, phases, file))
    loaded = f"with {schedule.workers} loader workers: " if schedule.workers else ""
    return loaded + "; ".join(part for part in said if part)


def _asked(finding: Finding, case: Case, file: str) -> str:
    """Return what a function was asked, and what is held against it."""
    asked = f"{case.asked} {case.said}"
    if finding.kind == "raises":
        return f"{asked}; {words.RAISED.get(finding.where, 'an exception was raised')}"
    if finding.kind == "answer":
        return f"{asked}; found: {words.without_paths(finding.found, file)}"
    return f"{asked}; {_held_against(finding, [], file)}"


def _told(schedule: Schedule, phase: Phase | None, workload: Workload) -> list[str]:
    """Return for each signal that was sent when that was."""
    sent = len(phase.told) if phase else len(schedule.signals)
    said = []
    for number, one in enumerate(schedule.signals[:sent]):
        told = words.SIGNALS[one.word]
        again = told.replace("leave", "leave again", 1) if number else told
        said.append(f"{again} {words.when(one.at, workload)}")
    return said


def _held_up(schedule: Schedule, workload: Workload) -> list[str]:
    """Return which writer was held up, and for how long."""
    hold = schedule.hold
    if hold is None:
        return []
    what = words.WRITERS
    if hold.at is not None:
        what = words.when(hold.at, workload).replace("before its", "its")
    return [f"{what} {words.HOLDS[hold.word]}"]


def _when(schedule: Schedule, number: int, calls: Sequence[str], workload: Workload) -> str:
    """Return when a process was struck; *calls* are those of the save that was, up to it."""
    strike = schedule.strikes[number]
    if strike.mark == "call" and strike.call == len(calls):
        return f"after the last file call of the save after step {strike.step}"
    when = words.when(strike, workload)
    if schedule.kind == "torn" and number == len(schedule.strikes) - 1:
        return words.inside(when, schedule.loss, calls[-1] if calls else "")
    return when


def _rotten(schedule: Schedule, workload: Workload) -> list[str]:
    """Return when a bit of the newest checkpoint went wrong while the training ran on."""
    fault = schedule.disk
    if fault is None or fault.kind != ROT:
        return []
    ran_on = "" if schedule.strikes[:1] == (fault.at,) else ", and the training ran on"
    return [f"{words.when(fault.at, workload)} {words.DISK[ROT]}{ran_on}"]


def _struck(schedule: Schedule, number: int, when: str) -> str:
    """Return how a process died, and what became of its files."""
    last = number == len(schedule.strikes) - 1
    if last and schedule.kind == "power":
        fault = f"a flush failed ({schedule.disk}); " if schedule.disk else ""
        return f"{fault}the power failed {when}"
    if schedule.hold and number == 0 and not schedule.hold.stuck:
        return f"{when} it was let go, and once it was done the process was killed (SIGKILL)"
    killed = f"killed{' again' * bool(number)} (SIGKILL) {when}"
    if not last or schedule.kind != "damage":
        return killed
    if schedule.loss.startswith("last."):
        return f"{killed}; then all that the last {schedule.loss[5:]} saves wrote was damaged"
    return f"{killed}; then a file of the newest whole checkpoint was damaged"


def _disk_failed(fault: DiskFault, phase: Phase | None, workload: Workload) -> str:
    when = words.when(fault.at, workload).replace("before its", "its")
    failed = "was cut short" if fault.kind == "SHORT" else "failed"
    said = f"{when} {failed}: {words.DISK[fault.kind]}"
    if phase is None:
        return said
    passed = (
        "nobody was told" if workload.background else "save() returned as if nothing had failed"
    )
    came = "save() raised an error" if phase.refused else passed
    return f"{said}; {came}"


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
