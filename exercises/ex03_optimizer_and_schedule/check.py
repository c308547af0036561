"""Exercise 3: optimizer and schedule continue bit for bit, in warm-up and after it."""

from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import rules
from grader.faults import kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=6, save_every=3, warmup=5)
CONTINUES = [something_saved, within_bounds, not_done_twice, exact(COMPARED)]
CHECKS = [
    Check("Saving leaves the training as it was", 1, kill.nowhere, CONTINUES),
    Check("Killed in warm-up or after, it continues bit for bit", 6, kill.everywhere, CONTINUES),
    Check("Killed again after the resume, it still does", 3, kill.again, CONTINUES),
]
RULES = [
    rules.missing("missing_model", "parameters", "buffers"),
    rules.only("optimizer_without_step", "optimizer.step", but="optimizer.moments"),
    rules.missing("missing_optimizer", "optimizer.moments", "optimizer.step", "optimizer.groups"),
    rules.noted("scheduler_rebuilt", "scheduler replaced", "scheduler", "optimizer.groups"),
    rules.ahead("scheduler_stepped_twice", "last_epoch", "scheduler", "optimizer.groups"),
    rules.missing("missing_scheduler", "scheduler", "optimizer.groups"),
    rules.finding("nothing_on_disk", "files"),
]
