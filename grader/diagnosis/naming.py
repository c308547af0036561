"""Which name does a failure get? Its exercise's rules are asked first, then the general ones."""

from collections.abc import Sequence

from grader.diagnosis import altered, rules
from grader.diagnosis.rules import Evidence


def name(evidence: Evidence, own: Sequence[rules.Rule]) -> tuple[str, ...]:
    """Return the diagnoses that the evidence bears, "unexplained" where it bears none."""
    if not evidence.proved:
        for rule in [*own, *GENERAL]:
            if isinstance(rule, rules.FindingRule) and rule.holds(evidence):
                return (rule.diagnosis,)
        return (rules.UNEXPLAINED_ANSWER if evidence.cases else rules.UNEXPLAINED,)
    left, names = set(evidence.proved), []
    for rule in [*own, *GENERAL]:
        if isinstance(rule, rules.ItemRule) and (explained := rule.explains(evidence) & left):
            names.append(rule.diagnosis)
            left -= explained
    return tuple(names) if names and not left else (*names, rules.UNEXPLAINED)


def _uninterrupted(evidence: Evidence) -> bool:
    return evidence.finding.kind == "trajectory" and evidence.finding.phase == 0


def _nothing_saved(evidence: Evidence) -> bool:
    found = evidence.finding
    return found.kind == "raises" and found.where == "load" and found.phase == 0


def _older(evidence: Evidence) -> bool:
    return evidence.finding.kind == "progress" and 0 < evidence.finding.step < evidence.floor


def _forged(evidence: Evidence) -> bool:
    # The step's number, and the batch where nothing is drawn for it, are the loop's own: only a
    # forged report has them wrong.
    differing = set(evidence.finding.differing)
    without_cause = "batch" in differing and not differing & _DRAWN_FROM
    return evidence.finding.kind == "trajectory" and ("step" in differing or without_cause)


_DRAWN_FROM = frozenset({"samples", "rng.python", "rng.numpy", "rng.torch"})
GENERAL: tuple[rules.Rule, ...] = (
    rules.finding("survives_the_kill", "survivor"),
    rules.finding("forged_reports", "protocol"),
    rules.finding("trains_in_load", "repeated"),
    rules.FindingRule("forged_reports", _forged),
    rules.says_alone("missing_function", "import", "has no function"),
    rules.says_alone("imports_grader", "import", "imports grader"),
    rules.says_alone("wrong_return", "", "must return"),
    rules.says_alone("wrong_return", "load", "must be a whole number"),
    rules.raises("not_started", "NotImplementedError"),
    *(
        rules.says("denied_elsewhere", f"{error}: '{folder}/")
        for error in ("Permission denied", "Read-only file system")
        for folder in ("/tmp", "/dev/shm")  # noqa: S108 - as messages have them
    ),
    rules.raises("too_much_memory", "MemoryError"),
    rules.says("too_much_memory", "can't allocate memory"),
    rules.finding("too_much_memory", "memory"),
    rules.finding("cannot_import", "raises", "import"),
    rules.finding("save_raises", "raises", "save"),
    rules.FindingRule("nothing_to_load", _nothing_saved),
    rules.says("unsafe_types", "Unsupported global: GLOBAL"),
    rules.finding("load_raises", "raises", "load"),
    rules.finding("training_raises", "raises", "training"),
    rules.finding("answer_raises", "raises", "case"),
    rules.finding("too_slow", "timeout"),
    rules.finding("too_much_output", "output"),
    rules.finding("checkpoint_refused", "checkpoint"),
    *(rules.finding("leaves_early", kind) for kind in ("exit", "signal")),
    rules.starts_at_zero("starts_over"),
    rules.FindingRule("older_save", _older),
    rules.finding("skips_steps", "progress"),
    rules.FindingRule("saving_disturbs", _uninterrupted),
    rules.missing("missing_groups", "optimizer.groups"),
    altered.RULE,
)
"""Rules that hold in every exercise; an exercise's own come first."""
