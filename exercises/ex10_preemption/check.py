"""Exercise 10: told to leave at any moment, it saves, goes, and says that it wants to come back."""

from grader.checkers import leaving
from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.course import Check
from grader.diagnosis import leaving_rules, rules
from grader.faults import kill, preempt
from grader.workloads.workload import COMPARED, SAVED_INSIDE, Workload

WORKLOAD = Workload(epochs=4, batches=5, save_every=4, batch_size=16, sampled=True, parts=3)
CONTINUES = [
    leaving.when_due(WORKLOAD), leaving.rightly(WORKLOAD), leaving.soon, something_saved,
    within_bounds, exact(COMPARED),
]  # fmt: skip
CHECKS = [
    Check("Nobody says anything: the training is the baseline's", 1, kill.nowhere, CONTINUES),
    Check("Told to leave at any moment, it saves and goes", 3, preempt.everywhere, CONTINUES),
    Check("Told inside a save, that save is whole", 1, kill.nowhere, CONTINUES, [preempt.in_save]),
    Check("Told twice, it does the same", 1, preempt.twice, CONTINUES),
    Check("A scheduler's early SIGUSR1 is heard, too", 1, preempt.early, CONTINUES),
    Check("The grace ends: what was saved is whole", 1, preempt.grace_ends, CONTINUES),
    Check("Told with its loader's workers, it does the same", 2, preempt.with_workers, CONTINUES),
]
RULES = [
    rules.finding("skips_due_saves", "unsaved"),
    rules.says("steps_over_evaluation", "of the evaluation are; what is due"),
    leaving_rules.beyond_one_sigterm("second_signal_kills", twice=True),
    leaving_rules.beyond_one_sigterm("only_sigterm", twice=False),
    leaving_rules.ended_by_signal("guards_too_late", at="start"),
    leaving_rules.ended_by_signal("no_handler"),
    leaving_rules.leaves_untold("leaves_untold"),
    leaving_rules.asks_again("requeues_when_done"),
    leaving_rules.other_code("wrong_exit_code"),
    leaving_rules.stays("misses_evaluation", evaluating=True),
    leaving_rules.stays("asks_too_rarely", evaluating=False),
    rules.noted("saves_in_handler", SAVED_INSIDE, *WORKLOAD.state),
    rules.says("workers_hear_it", "DataLoader worker"),
    rules.finding("leaves_without_saving", "progress"),
]
