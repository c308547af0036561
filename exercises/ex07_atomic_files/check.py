"""Exercise 7: killed at any moment of a save, the old checkpoint or the new one is there."""

from grader.checkers.files import nothing_grows, something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.course import Check
from grader.diagnosis import file_rules, rules
from grader.faults import crash, kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=3, save_every=3, dropout=0.1)
CONTINUES = [something_saved, within_bounds, exact(COMPARED)]
CHECKS = [
    Check("Saving leaves the training as it was", 1, kill.nowhere, CONTINUES),
    Check("Killed between saves, it continues bit for bit", 1, kill.everywhere, CONTINUES),
    Check("Killed at any file call of a save", 4, kill.nowhere, CONTINUES, [crash.kills]),
    Check(
        "Killed again and again while it recovers; nothing piles up",
        2,
        kill.nowhere,
        [*CONTINUES, nothing_grows],
        [crash.kills_again, crash.kills_thrice],
    ),
    Check(
        "A full or broken disk: the old checkpoint stays, and the error is told",
        2,
        kill.nowhere,
        CONTINUES,
        [crash.disk("ENOSPC", "EIO", "EROFS", "SHORT")],
    ),
]
RULES = [
    rules.finding("leaves_temporaries", "grows"),
    file_rules.seen("temp_on_other_filesystem", file_rules.crosses_file_systems),
    file_rules.seen("ignores_short_write", file_rules.returned_after_short_write),
    file_rules.seen("cleans_up_too_much", file_rules.removes_after_fault),
    file_rules.seen("swallowed_error", file_rules.returned_after_fault),
    file_rules.seen("pointer_in_place", file_rules.overwrites_pointer),
    file_rules.seen("reuses_directory", file_rules.overwrites_in_directory),
    file_rules.seen("in_place", file_rules.overwrites_in_place),
    file_rules.seen("delete_first", file_rules.removes_first),
    file_rules.seen("renamed_too_early", file_rules.renames_before_bytes),
    file_rules.seen("two_files_not_a_pair", file_rules.mixes_old_and_new),
    file_rules.nothing_left("nothing_on_disk"),
]
