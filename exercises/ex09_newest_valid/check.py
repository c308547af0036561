"""Exercise 9: the newest checkpoint that is whole is found, whatever was damaged or left half."""

from grader.checkers.files import (
    keeps_no_more,
    names_only_damaged,
    nothing_grows,
    something_saved,
    tells_what_it_skips,
)
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.course import Check
from grader.diagnosis import retention_rules, rules
from grader.faults import crash, kill, retention
from grader.workloads.workload import COMPARED, Workload

KEEP = 2  # as calls.py asks for
WORKLOAD = Workload(epochs=4, batches=3, save_every=3, dropout=0.1)
CONTINUES = [something_saved, within_bounds, exact(COMPARED)]
QUIET = [*CONTINUES, names_only_damaged]
TOLD = [*CONTINUES, tells_what_it_skips]
DAMAGE = [crash.damage, *retention.DAMAGE_AGAIN, retention.in_other_places]
POWER = [crash.power_after("ext4"), crash.power("ext4")]
CHECKS = [
    Check("Damaged, the newest is passed over, and you are told", 4, kill.nowhere, TOLD, DAMAGE),
    Check(
        "Killed at any file call, of saving or of pruning; nothing piles up",
        2,
        kill.nowhere,
        [*CONTINUES, nothing_grows],
        [crash.kills, crash.kills_thrice],
    ),
    Check("The power fails after a save or inside it", 2, kill.nowhere, CONTINUES, POWER),
    Check(
        "After prune() no more whole ones than it was to keep",
        1,
        kill.nowhere,
        [keeps_no_more],
        [retention.more_than(KEEP)],
    ),
    Check("Killed between saves: the same bits, no false alarm", 1, kill.everywhere, QUIET),
]
RULES = [
    rules.finding("hides_corruption", "hidden"),
    rules.finding("leaves_temporaries", "grows"),
    rules.finding("keeps_too_many", "kept"),
    rules.finding("overreports", "false_alarm"),
    rules.FindingRule("skips_existing", retention_rules.saved_nothing_again),
    rules.FindingRule("prunes_by_name", retention_rules.gave_a_whole_one_away),
    retention_rules.seen("catches_too_little", retention_rules.let_it_through),
    retention_rules.seen("stops_at_damage", retention_rules.stopped_at_damage),
    retention_rules.seen("trusts_newest", retention_rules.loaded_damage),
    retention_rules.seen("sorts_by_time", retention_rules.went_by_time),
    retention_rules.seen("counts_partial", retention_rules.counted_what_was_half),
    retention_rules.seen("keeps_one", retention_rules.kept_nothing_old),
    retention_rules.seen("prunes_before_durable", retention_rules.removed_before_the_new_one),
    retention_rules.seen("string_sort", retention_rules.sorted_as_text),
    retention_rules.seen("not_durable", retention_rules.lost_with_the_power),
    rules.finding("nothing_on_disk", "files"),
]
