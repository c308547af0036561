"""Exercise 9: the newest checkpoint that is whole is found, whatever was damaged or left half."""

from grader.checkers.files import nothing_grows, something_saved, tells_what_it_skips
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.course import Check
from grader.diagnosis import file_rules, rules
from grader.faults import crash, kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=4, batches=3, save_every=3, dropout=0.1)
CONTINUES = [something_saved, within_bounds, exact(COMPARED)]
CHECKS = [
    Check("Killed between saves, it continues bit for bit", 1, kill.everywhere, CONTINUES),
    Check(
        "Killed at any file call, of saving or of pruning; nothing piles up",
        2,
        kill.nowhere,
        [*CONTINUES, nothing_grows],
        [crash.kills, crash.kills_thrice],
    ),
    Check(
        "The newest checkpoint is damaged: the one before is found, and the damage is told",
        5,
        kill.nowhere,
        [*CONTINUES, tells_what_it_skips],
        [crash.damage],
    ),
    Check(
        "The power fails inside a save or after it",
        2,
        kill.nowhere,
        CONTINUES,
        [crash.power("ext4"), crash.power_after("ext4")],
    ),
]
RULES = [
    rules.finding("hides_corruption", "hidden"),
    rules.finding("leaves_temporaries", "grows"),
    rules.finding("nothing_on_disk", "files"),
]
