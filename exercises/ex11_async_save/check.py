"""Exercise 11: a save that goes on beside the training holds its own moment, and is promised."""

from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.checkers.writing import goes_on
from grader.course import Check
from grader.diagnosis import file_rules, rules, writer_rules
from grader.faults import behind, crash, kill
from grader.faults.schedule import DIES
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=4, save_every=3, dropout=0.1, background=True)
CONTINUES = [something_saved, goes_on, within_bounds, exact(COMPARED)]
SLOW, STUCK = [behind.held, behind.late, behind.awaited], [behind.stuck]
UNLUCKY = [behind.failing("ENOSPC"), behind.failing(DIES)]
CHECKS = [
    Check("Saving leaves the training as it was", 1, kill.nowhere, CONTINUES),
    Check("Killed between saves, it continues bit for bit", 1, kill.in_each_step, CONTINUES),
    Check("The writer is slow: the snapshot is of its moment", 4, kill.nowhere, CONTINUES, SLOW),
    Check("The writer is stuck: what is promised is there", 3, kill.nowhere, CONTINUES, STUCK),
    Check("The disk is full, or the writer dies: it is told", 2, kill.nowhere, CONTINUES, UNLUCKY),
    Check("Killed while it writes", 2, kill.nowhere, CONTINUES, [crash.kills]),
]
RULES = [
    writer_rules.needs_interpreter("holds_the_gil"),
    writer_rules.waits("waits_in_save"),
    writer_rules.moved_on("aliased_step", "held", "optimizer.step"),
    writer_rules.moved_on("aliased_snapshot", "held"),
    writer_rules.moved_on("late_binding", "late"),
    writer_rules.moved_on("fills_before_waiting", "awaited"),
    writer_rules.gives_up("gives_up_waiting"),
    writer_rules.broken_promise("saves_at_once", beside=True),
    writer_rules.left_out("skips_when_busy"),
    writer_rules.broken_promise("last_save_not_awaited", at_end=True),
    writer_rules.broken_promise("piles_up"),
    writer_rules.not_told("writer_dies_unseen", dies=True),
    writer_rules.not_told("error_swallowed", dies=False),
    file_rules.seen("in_place", file_rules.overwrites_in_place),
    rules.finding("nothing_on_disk", "files"),
]
