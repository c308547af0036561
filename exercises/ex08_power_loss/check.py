"""Exercise 8: the power fails, and no save that has returned is lost."""

from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.course import Check
from grader.diagnosis import file_rules, rules
from grader.faults import crash, kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=3, save_every=3, dropout=0.1)
CONTINUES = [something_saved, within_bounds, exact(COMPARED)]
CHECKS = [
    Check("Killed at any file call of a save", 1, kill.nowhere, CONTINUES, [crash.kills]),
    Check(
        "The power fails inside a save: an older checkpoint is whole",
        3,
        kill.nowhere,
        CONTINUES,
        [crash.power("ext4")],
    ),
    Check(
        "The power fails after a save: it is not lost",
        3,
        kill.nowhere,
        CONTINUES,
        [crash.power_after("ext4")],
    ),
    Check(
        "The same where only a flushed directory keeps its names",
        2,
        kill.nowhere,
        CONTINUES,
        [crash.power("posix"), crash.power_after("posix")],
    ),
    Check(
        "A flush fails: the save says so",
        1,
        kill.nowhere,
        CONTINUES,
        [crash.failed_flush("ext4")],
    ),
]
RULES = [
    file_rules.seen("retries_fsync", file_rules.flush_failed_once),
    file_rules.seen("swallowed_error", file_rules.returned_after_fault),
    file_rules.seen("pointer_before_data", file_rules.names_before_bytes),
    file_rules.seen("trusts_what_loads", file_rules.believes_unflushed, "trajectory"),
    file_rules.seen("in_place", file_rules.overwrites_in_place),
    file_rules.seen("fsync_before_flush", file_rules.flushed_too_early),
    file_rules.seen("no_fsync", file_rules.never_flushed),
    file_rules.seen("missing_dir_fsync", file_rules.only_a_name_lost),
    file_rules.seen("delete_first", file_rules.removes_first),
    rules.finding("nothing_on_disk", "files"),
]
