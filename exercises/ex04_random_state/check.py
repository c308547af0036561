"""Exercise 4: every random stream continues, in the middle of an epoch and at its edge."""

from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import rules
from grader.diagnosis.rules import Evidence, ItemRule
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


def _reseeded(evidence: Evidence) -> frozenset[str]:
    """Every stream stands where a seed puts it, a GPU's too: torch.manual_seed() seeds both."""
    held = rules.just_seeded("reseeds", *STREAMS).explains(evidence)
    return held | {"rng.cuda"} if held else held


def _torch_missing(evidence: Evidence) -> frozenset[str]:
    """A stream of torch's was never restored; on a GPU it has two."""
    both = frozenset({"rng.torch", "rng.cuda"}) & set(evidence.proved)
    return frozenset(item for item in both if evidence.untouched(item))


def _one_draw_short(evidence: Evidence) -> frozenset[str]:
    """Only torch's stream is off, it was restored, and the resume begins with an epoch."""
    alone = set(evidence.proved) == {"rng.torch"} and not evidence.untouched("rng.torch")
    edge = evidence.floor % evidence.epoch_steps == 0
    return frozenset({"rng.torch"}) if alone and edge else frozenset()


RULES = [
    rules.right_before("restored_before_iter", "iterator", *STREAMS),
    ItemRule("reseeds", _reseeded),
    rules.missing("missing_python_rng", "rng.python"),
    rules.missing("missing_numpy_rng", "rng.numpy"),
    ItemRule("missing_torch_rng", _torch_missing),
    ItemRule("restored_after_iter", _one_draw_short),
]
