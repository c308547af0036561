"""Exercise 1: killed at any moment between saves, the training continues bit for bit."""

from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.refusal import refuses
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import rules
from grader.faults import kill, settings
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=6, batches=4, save_every=8)
CONTINUES = [something_saved, within_bounds, not_done_twice, exact(COMPARED)]
CHECKS = [
    Check("Saving leaves the training as it was", 1, kill.nowhere, CONTINUES),
    Check("Killed at any moment, it continues bit for bit", 5, kill.everywhere, CONTINUES),
    Check("Killed again after the resume, it still does", 2, kill.again, CONTINUES),
    Check(
        "Another model or other settings are refused",
        2,
        settings.changed(hidden=24, activation="tanh", learning_rate=0.02),
        [refuses],
    ),
]
RULES = [
    rules.missing("missing_model", "parameters", "buffers"),
    rules.missing("missing_optimizer", "optimizer.moments", "optimizer.step", "optimizer.groups"),
    rules.finding("nothing_on_disk", "files"),
    rules.finding("loads_wrong_architecture", "refusal"),
    rules.starts_at_zero("starts_over"),
    rules.starts_an_epoch_off("epoch_off_by_one"),
]
