"""Which choice among several checkpoints points to which diagnosis: what was found, what was kept.

Each rule looks at what lay there, at the calls that were really made, and at where the resume
began. None of them knows a learner's file names: a number in a name is only what it reads there.
"""

import re
from collections.abc import Callable

from grader.crash_states.snapshot import Snapshot
from grader.diagnosis.rules import Evidence, FindingRule
from grader.diagnosis.save_seen import WRITES, Done, SaveSeen
from grader.faults.schedule import ROT, Schedule
from grader.process.child import NO_EXCEPTION

_REMOVES = ("unlink", "rmdir")
_NAMES = ("rename", "link")
_TWICE = 2
_LAST_NUMBER = re.compile(r"(\d{1,18})\D*$")


def seen(diagnosis: str, holds: Callable[[Evidence, SaveSeen], bool]) -> FindingRule:
    """A crash in a save, or damage to what it left, was seen, and *holds* of it."""

    def rule(evidence: Evidence) -> bool:
        return evidence.save is not None and holds(evidence, evidence.save)

    return FindingRule(diagnosis, rule)


def stopped_at_damage(evidence: Evidence, _: SaveSeen) -> bool:
    """Say whether the function that has to choose ended with an error over what lay there."""
    found = evidence.finding
    return found.kind == "raises" and found.where == "load" and found.phase > 0


def let_it_through(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether what ended the search was no Exception, which most clauses let through."""
    return stopped_at_damage(evidence, save) and NO_EXCEPTION in evidence.finding.text


def loaded_damage(evidence: Evidence, _: SaveSeen) -> bool:
    """Say whether a state was taken up from files that had lost a bit or more, and was another one.

    After a finished save the first wrong step must be the one that follows it: had the resume gone
    back to an older checkpoint, the steps before it would be wrong, too.
    """
    schedule = Schedule.parse(evidence.finding.schedule)
    if not schedule.loss or _only_early(schedule):
        return False
    last = schedule.strikes[-1]
    if _went_back(evidence):  # to where no save has ever been
        return schedule.loss.startswith("bit.") and evidence.finding.step > last.step + 1
    if evidence.finding.kind != "trajectory":
        return False
    return last.mark != "save" or evidence.finding.step > last.step


def went_by_time(evidence: Evidence, _: SaveSeen) -> bool:
    """Say whether a resume went back to an older checkpoint when nothing but times had changed."""
    schedule = Schedule.parse(evidence.finding.schedule)
    return evidence.finding.kind == "progress" and _only_early(schedule)


def sorted_as_text(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether a save's own file was given away, or passed over, for one of a smaller number.

    Both names must be alike up to that number, and the greater number must come first as text.
    """
    there = {_top(path) for path in save.left.snapshot.files}
    made = {_top(one.operation.second_path or "") for one in save.named(*_NAMES)}
    made |= {_top(one.operation.path) for one in save.done if one.after and not one.before}
    began = {name for name in there if _number(name) == evidence.finding.step}
    return _went_back(evidence) and any(
        _stem(old) == _stem(new) and _number(old) < _number(new) and new < old
        for old in began
        for new in {*made, *there} - began
    )


def kept_nothing_old(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether a save that was finished had left nothing of what lay there before it."""
    before = _held(save.start)
    left = {file.inode for file in save.left.snapshot.files.values()}
    lost = _went_back(evidence) or evidence.finding.kind == "files"
    return lost and _finished(evidence) and bool(before) and not before & left


def removed_before_the_new_one(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether a save took an old file away before it had written, or named, its own."""
    if not _went_back(evidence):
        return False
    removals = [place for place, one in enumerate(save.done) if _removes_old(one, save)]
    works = [place for place, one in enumerate(save.done) if _works(one, save)]
    return bool(removals) and (not works or works[-1] > removals[0])


def counted_what_was_half(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether a save kept what an earlier, killed one had left, and gave away what was whole.

    The killed one was the last to write before this process began, so the newest file at the start
    is its; what is older than that had been finished.
    """
    if not _went_back(evidence) or len(Schedule.parse(evidence.finding.schedule).strikes) < _TWICE:
        return False
    start, there = save.start.files, save.left.snapshot.files
    if not start:
        return False
    newest = max(start, key=lambda path: start[path].mtime_ns)
    gone = {_inode(one) for one in save.done if _removes_old(one, save)}
    older = {file.inode for file in start.values() if file.mtime_ns < start[newest].mtime_ns}
    return newest in there and there[newest].inode == start[newest].inode and bool(gone & older)


def gave_a_whole_one_away(evidence: Evidence) -> bool:
    """Say whether a checkpoint went bad while the training ran on, and a whole one went for it."""
    schedule = Schedule.parse(evidence.finding.schedule)
    rotten = schedule.disk is not None and schedule.disk.kind == ROT
    return rotten and bool(schedule.loss) and _went_back(evidence)


def saved_nothing_again(evidence: Evidence) -> bool:
    """Say whether a step was trained again after its checkpoint had gone bad, and still is gone."""
    schedule = Schedule.parse(evidence.finding.schedule)
    rotten = schedule.disk is not None and schedule.disk.kind == ROT
    return rotten and len(schedule.strikes) == _TWICE and _went_back(evidence)


def lost_with_the_power(evidence: Evidence, save: SaveSeen) -> bool:
    """Say whether a save had returned, the power failed, and bytes or names of it were gone."""
    schedule = Schedule.parse(evidence.finding.schedule)
    lost = bool(save.left.bytes_lost or save.left.names_lost)
    return schedule.kind == "power" and _went_back(evidence) and _finished(evidence) and lost


def _went_back(evidence: Evidence) -> bool:
    return evidence.finding.kind == "progress"


def _finished(evidence: Evidence) -> bool:
    return Schedule.parse(evidence.finding.schedule).strikes[-1].mark == "save"


def _only_early(schedule: Schedule) -> bool:
    return schedule.loss.startswith("early.")


def _removes_old(one: Done, save: SaveSeen) -> bool:
    """Say whether a call took away a file that lay there, with a byte in it, at the start."""
    return (
        one.operation.name.startswith(_REMOVES)
        and not one.failed
        and one.before in _held(save.start)
    )


def _works(one: Done, save: SaveSeen) -> bool:
    """Say whether a call wrote to the save's own file, or gave it its name."""
    new = one.before not in _held(save.start)
    return new and (one.operation.name in WRITES or one.operation.name.startswith(_NAMES))


def _held(snapshot: Snapshot) -> set[int]:
    """Return which files have a byte in them."""
    return {file.inode for file in snapshot.files.values() if file.content}


def _inode(one: Done) -> int:
    return one.before or 0


def _top(path: str) -> str:
    return path.partition("/")[0]


def _number(name: str) -> int:
    """Return the last number in a name, -1 for none."""
    found = _LAST_NUMBER.search(name)
    return int(found[1]) if found else -1


def _stem(name: str) -> str:
    """Return what stands before the last number in a name."""
    found = _LAST_NUMBER.search(name)
    return name[: found.start()] if found else name
