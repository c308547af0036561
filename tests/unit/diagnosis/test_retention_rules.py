"""A rule about the choice among checkpoints names its evidence, and nothing else."""

from collections.abc import Callable

import pytest

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import File, Snapshot
from grader.diagnosis import naming, retention_rules
from grader.diagnosis.rules import Evidence
from grader.diagnosis.save_seen import Done, SaveSeen
from grader.faults.loss import Left
from grader.verdict import Finding

Holds = Callable[[Evidence, SaveSeen], bool]
THREE, SIX, NINE, TWELVE = 3, 6, 9, 12  # steps, which stand for inodes and times, too


def files(**names: int) -> Snapshot:
    """Return a directory: names, with underscores for dashes, and which file each is."""
    held = {
        name.replace("_", "-"): File(b"state", mtime_ns=inode, inode=inode)
        for name, inode in names.items()
    }
    return Snapshot(held, {})


def wrote(name: str, inode: int) -> Done:
    """Return a write to a new file."""
    return Done(Operation(0, "write", name, size=5), inode, inode, failed=False)


def renamed(name: str, to: str, inode: int) -> Done:
    """Return a rename."""
    return Done(Operation(0, "rename", name, second_path=to), inode, None, failed=False)


def removed(name: str, inode: int) -> Done:
    """Return the removal of a file."""
    return Done(Operation(0, "unlink", name), inode, None, failed=False)


def evidence(
    save: SaveSeen | None, schedule: str, kind: str = "progress", step: int = 0
) -> Evidence:
    """Return a finding against the process that resumed."""
    where = "load" if kind == "raises" else ""
    return Evidence(Finding(kind, schedule, 1, "this", "that", step=step, where=where), save=save)


def holds(rule: Holds, found: Evidence) -> bool:
    """Say whether a rule, as an exercise lists it, names this evidence."""
    return naming.name(found, [retention_rules.seen("it", rule)]) == ("it",)


FINISHED = "damage@8:save=flip.0"
RUNNING = "damage@8:call1=flip.0"
SAVED = SaveSeen(
    (wrote("tmp", NINE), renamed("tmp", "step-9", NINE), removed("step-3", THREE)),
    files(step_3=THREE, step_6=SIX),
    Left(files(step_6=SIX, step_9=NINE), "step-9: one bit"),
)


def test_a_damaged_file_that_was_loaded():
    """The first wrong step follows the damaged save; one before it speaks of an older one."""
    rule = retention_rules.loaded_damage

    assert holds(rule, evidence(SAVED, FINISHED, "trajectory", NINE))
    assert not holds(rule, evidence(SAVED, FINISHED, "trajectory", SIX))
    assert holds(rule, evidence(SAVED, "damage@8:save=bit.0", step=137))
    assert not holds(rule, evidence(SAVED, "damage@8:save=bit.0", step=THREE))
    assert not holds(rule, evidence(SAVED, "damage@8:save=early.0", "trajectory", NINE))
    assert not holds(rule, evidence(SAVED, "kill@8:call1", "trajectory", NINE))
    assert not holds(rule, evidence(SAVED, FINISHED, "progress", NINE))
    assert not holds(rule, evidence(None, FINISHED, "trajectory", NINE))


def test_an_error_instead_of_a_fallback():
    """Only one that came out of the load, and not at the first start."""
    rule = retention_rules.stopped_at_damage
    first = Evidence(Finding("raises", FINISHED, 0, "a", "b", where="load"), save=SAVED)

    assert holds(rule, evidence(SAVED, FINISHED, "raises"))
    assert not holds(rule, evidence(SAVED, FINISHED, "progress"))
    assert not holds(rule, first)


def test_going_by_time_needs_times_alone_to_have_changed():
    """With a bit turned, an older checkpoint is what should be found."""
    rule = retention_rules.went_by_time

    assert holds(rule, evidence(SAVED, "damage@8:save=early.0", step=SIX))
    assert not holds(rule, evidence(SAVED, FINISHED, step=SIX))


GAVE_AWAY = SaveSeen(
    (wrote("tmp", TWELVE), renamed("tmp", "step-12", TWELVE), removed("step-12", TWELVE)),
    files(step_6=SIX, step_9=NINE),
    Left(files(step_6=SIX, step_9=NINE)),
)
PASSED_OVER = SaveSeen(
    (wrote("tmp", TWELVE), renamed("tmp", "step-12", TWELVE)),
    files(step_6=SIX, step_9=NINE),
    Left(files(step_6=SIX, step_9=NINE, step_12=TWELVE)),
)
PADDED = SaveSeen(
    (wrote("tmp", TWELVE), renamed("tmp", "step-12", TWELVE)),
    files(step_06=SIX, step_09=NINE),
    Left(files(step_06=SIX, step_09=NINE, step_12=TWELVE)),
)


@pytest.mark.parametrize("save", [GAVE_AWAY, PASSED_OVER])
def test_an_order_of_text_prefers_nine_to_twelve(save: SaveSeen):
    """The resume began at nine, and the greater number comes first as text."""
    rule = retention_rules.sorted_as_text

    assert holds(rule, evidence(save, "power@11:save=ext4.0", step=NINE))
    assert not holds(rule, evidence(save, "power@11:save=ext4.0", step=0))
    assert not holds(rule, evidence(save, "power@11:save=ext4.0", "trajectory", NINE))


def test_numbers_of_one_length_are_no_text_order():
    """With zeros in front both orders are one."""
    assert not holds(retention_rules.sorted_as_text, evidence(PADDED, "kill@11:call1", step=NINE))


def test_other_names_are_not_compared():
    """A name that is not alike up to its number says nothing."""
    save = SaveSeen((), files(step_9=NINE), Left(files(step_9=NINE, opt_12=TWELVE)))

    assert not holds(retention_rules.sorted_as_text, evidence(save, "kill@11:call1", step=NINE))


def test_one_kept_means_nothing_old_is_left_when_the_save_is_done():
    """While it still runs, or with an older file left, it is something else."""
    rule = retention_rules.kept_nothing_old
    one = SaveSeen(SAVED.done, files(step_6=SIX), Left(files(step_9=NINE)))

    assert holds(rule, evidence(one, FINISHED))
    assert holds(rule, evidence(one, FINISHED, "files"))
    assert not holds(rule, evidence(one, RUNNING))
    assert not holds(rule, evidence(SAVED, FINISHED))
    assert not holds(rule, evidence(SaveSeen((), files(), Left(files())), FINISHED))


def test_a_removal_before_the_work_is_too_early():
    """After the rename it is in time; a crash before any work of the save shows it as well."""
    rule = retention_rules.removed_before_the_new_one
    start = files(step_3=THREE, step_6=SIX)
    left = Left(files(step_6=SIX))
    early = SaveSeen((removed("step-3", THREE), wrote("tmp", NINE)), start, left)
    alone = SaveSeen((removed("step-3", THREE),), start, left)

    assert holds(rule, evidence(early, RUNNING))
    assert holds(rule, evidence(alone, RUNNING))
    assert not holds(rule, evidence(SAVED, RUNNING))
    assert not holds(rule, evidence(SaveSeen((), start, left), RUNNING))
    assert not holds(rule, evidence(early, RUNNING, "trajectory"))


def test_what_was_half_took_a_place():
    """Two faults; the newest file at the start stays, an older one goes."""
    rule = retention_rules.counted_what_was_half
    both = "damage@5:call1,5:save=flip.0"
    start = files(step_3=THREE, step_6_1=SIX)
    work = (wrote("tmp", NINE), renamed("tmp", "step-6", NINE))
    save = SaveSeen(
        (*work, removed("step-3", THREE)), start, Left(files(step_6=NINE, step_6_1=SIX))
    )
    tidy = SaveSeen(
        (*work, removed("step-6-1", SIX)), start, Left(files(step_3=THREE, step_6=NINE))
    )

    assert holds(rule, evidence(save, both))
    assert not holds(rule, evidence(save, FINISHED))
    assert not holds(rule, evidence(tidy, both))
    assert not holds(rule, evidence(SaveSeen((), files(), Left(files())), both))


def test_lost_with_the_power_needs_a_returned_save_and_a_loss():
    """A save that was still running may be lost; so may nothing, where nothing is."""
    rule = retention_rules.lost_with_the_power
    lost = SaveSeen(SAVED.done, SAVED.start, Left(SAVED.left.snapshot, "x", ("step-9",)))

    assert holds(rule, evidence(lost, "power@8:save=ext4.1"))
    assert not holds(rule, evidence(lost, "power@8:call1=ext4.1"))
    assert not holds(rule, evidence(SAVED, "power@8:save=ext4.1"))
    assert not holds(rule, evidence(lost, FINISHED))


@pytest.mark.parametrize(
    ("schedule", "named"),
    [
        ("damage@8:save=flip.0,ROT@5:save", True),
        (FINISHED, False),
        ("kill@8:save,ROT@5:save", False),
    ],
)
def test_a_damaged_one_that_took_a_place(schedule, named):
    """One bit went wrong while the training ran on, and one after it."""
    assert named == retention_rules.gave_a_whole_one_away(evidence(SAVED, schedule))


@pytest.mark.parametrize(
    ("schedule", "named"),
    [("kill@5:save,5:save,ROT@5:save", True), ("kill@5:save,5:save", False)],
)
def test_a_step_that_was_saved_again_and_is_not_there(schedule, named):
    """The first of its checkpoints went bad, and the second kill came after the second save."""
    assert named == retention_rules.saved_nothing_again(evidence(None, schedule, step=THREE))
