"""Exercise 4: every random stream continues, in the middle of an epoch and at its edge."""

from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import rules
from grader.faults import kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=6, save_every=3, batch_size=16, dropout=0.2, augment=True)
STREAMS = ("rng.python", "rng.numpy", "rng.torch")
CONTINUES = [within_bounds, not_done_twice, exact(COMPARED)]
CHECKS = [
    Check("Reading the random state draws nothing", 1, kill.nowhere, CONTINUES),
    Check("Killed inside an epoch or at its edge, it continues", 6, kill.everywhere, CONTINUES),
    Check("Killed again after the resume, it still does", 3, kill.again, CONTINUES),
]
RULES = [
    rules.right_before("restored_before_iter", "iterator", *STREAMS),
    rules.just_seeded("reseeds", *STREAMS),
    rules.missing("missing_python_rng", "rng.python"),
    rules.missing("missing_numpy_rng", "rng.numpy"),
    rules.missing("missing_torch_rng", "rng.torch"),
]
