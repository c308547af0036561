"""Exercise 6: everything that changes is registered, and a checkpoint of other parts is refused."""

from grader.checkers.files import something_saved
from grader.checkers.progress import within_bounds
from grader.checkers.refusal import NAMELESS, refuses_naming
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import rules
from grader.faults import kill, settings
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(
    epochs=4, batches=6, save_every=3, batch_size=16, hidden=24, accumulate=2, companions=True
)
CONTINUES = [something_saved, within_bounds, not_done_twice, exact(COMPARED)]
CHECKS = [
    Check("Saving leaves the training as it was", 1, kill.nowhere, CONTINUES),
    Check("Killed anywhere, inside a window too, it continues", 5, kill.in_each_step, CONTINUES),
    Check("Killed again after the resume, it still does", 2, kill.again, CONTINUES),
    Check(
        "A checkpoint with a part that nobody registered is refused",
        1,
        settings.changed(counters="images"),
        [refuses_naming("updates")],
    ),
    Check(
        "A checkpoint that lacks a registered part is refused",
        1,
        settings.changed(counters="images+updates+evaluations"),
        [refuses_naming("evaluations")],
    ),
]
RULES = [
    rules.missing("missing_model", "parameters", "buffers"),
    rules.missing("missing_buffers", "buffers"),
    rules.missing("missing_optimizer", "optimizer.moments", "optimizer.step", "optimizer.groups"),
    rules.missing("missing_scaler", "scaler"),
    rules.missing("missing_ema", "ema"),
    rules.missing("lost_gradients", "window"),
    rules.missing("missing_best", "meta.best", "meta.patience"),
    rules.missing("missing_patience", "meta.patience"),
    rules.missing("missing_counters", "meta.counters"),
    rules.FindingRule("nameless_refusal", lambda held: held.finding.found.startswith(NAMELESS)),
    rules.refused("accepts_unknown", "counters=images"),
    rules.refused("accepts_missing", "counters=images+updates+evaluations"),
]
