"""A rule names a diagnosis when its evidence is there and only then; the rest is unexplained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.bits import Field, digest
from grader.course import Exercise
from grader.diagnosis import altered, naming, rules
from grader.diagnosis.rules import UNEXPLAINED, Evidence, Rule
from grader.verdict import Finding
from grader.workloads.workload import STATE
from tests.unit.diagnosis.evidence import (
    finding,
    number,
    numpy_stream,
    python_stream,
    torch_stream,
)

TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in load\n    raise it\n'
ONE, OTHER = [number("x", 1)], [number("x", 2)]
STREAMS = ("rng.python", "rng.numpy", "rng.torch")
SEEDED = {
    "rng.python": python_stream(),
    "rng.numpy": numpy_stream(),
    "rng.torch": torch_stream(),
}
EXERCISES = st.sampled_from(course.exercises())
KINDS = ["trajectory", "progress", "files", "refusal", "raises", "timeout", "exit", "signal",
         "protocol", "output", "checkpoint", "survivor", "repeated", "anything"]  # fmt: skip
FINDINGS = st.builds(
    finding, st.sampled_from(KINDS), st.text(max_size=9) | st.just(TRACE + "ValueError: no"),
    st.sampled_from(["", "import", "load", "save", "training"]), phase=st.integers(0, 2),
    step=st.integers(-1, 30),
)  # fmt: skip
PROVED = st.lists(st.sampled_from(STATE), unique=True).map(tuple)


def named(rule: Rule, evidence: Evidence) -> bool:
    """Say whether a rule alone explains all of the evidence."""
    return (rule.diagnosis,) == naming.name(evidence, [rule])


def test_missing_needs_its_first_item_untouched_and_proved():
    """It explains its other items then, too; a restored but wrong item is something else."""
    rule = rules.missing("m", "parameters", "buffers")
    proved = ("parameters", "buffers")
    fresh = {"parameters": ONE}

    assert named(rule, Evidence(finding(), proved, found={"parameters": ONE}, fresh=fresh))
    assert not named(rule, Evidence(finding(), proved, found={"parameters": OTHER}, fresh=fresh))
    assert not named(rule, Evidence(finding(), ("buffers",), found=fresh, fresh=fresh))


def test_only_needs_its_companion_to_be_right():
    """Both wrong is another mistake."""
    rule = rules.only("o", "optimizer.step", but="optimizer.moments")

    assert named(rule, Evidence(finding(), ("optimizer.step",)))
    assert not named(rule, Evidence(finding(), ("optimizer.step", "optimizer.moments")))
    assert not named(rule, Evidence(finding(), ("optimizer.moments",)))


@pytest.mark.parametrize(("theirs", "held"), [(8, True), (7, False), (6, False), (None, False)])
def test_ahead_needs_a_counter_that_is_further_on(theirs: int | None, *, held: bool):
    """Behind, equal or unknown is not ahead."""
    rule = rules.ahead("a", "last_epoch", "scheduler")
    mine = [] if theirs is None else [number("last_epoch", theirs)]
    expected = {"scheduler": [number("last_epoch", 7)]}

    evidence = Evidence(finding(), ("scheduler",), expected, {"scheduler": mine})

    assert held is named(rule, evidence)


def test_noted_needs_the_very_note():
    """Another note is no evidence."""
    rule = rules.noted("n", "scheduler replaced", "scheduler")

    assert named(rule, Evidence(finding(), ("scheduler",), notes=("x", "scheduler replaced")))
    assert not named(rule, Evidence(finding(), ("scheduler",), notes=("scheduler",)))


def test_right_before_explains_the_items_that_were_right_then():
    """An item with other bits at that moment is not explained by it."""
    rule = rules.right_before("r", "iterator", *STREAMS)
    note = f"iterator rng.torch {digest(SEEDED['rng.torch']).hex()}"
    evidence = Evidence(finding(), ("rng.torch",), SEEDED, notes=(note,))
    both = Evidence(finding(), ("rng.torch", "rng.numpy"), SEEDED, notes=(note,))

    assert named(rule, evidence)
    assert ("r", UNEXPLAINED) == naming.name(both, [rule])


@pytest.mark.parametrize(
    ("item", "moved"),
    [
        ("rng.python", python_stream(7)),
        ("rng.numpy", numpy_stream(7)),
        ("rng.torch", torch_stream(left=600)),
        ("rng.torch", torch_stream(following=1)),
    ],
)
def test_just_seeded_needs_every_stream_at_the_beginning_of_a_seed(item: str, moved: list[Field]):
    """One number drawn is enough to tell a stream from a seeded one."""
    rule = rules.just_seeded("s", *STREAMS)

    assert named(rule, Evidence(finding(), STREAMS, found=SEEDED))
    assert not named(rule, Evidence(finding(), STREAMS, found={**SEEDED, item: moved}))
    assert not named(rule, Evidence(finding(), STREAMS[:2], found=SEEDED))


def test_two_missing_items_get_two_names_in_the_order_of_the_rules():
    """The first rule takes what it explains; the next has only the rest."""
    held = [rules.missing("model", "parameters"), rules.missing("streams", *STREAMS)]
    evidence = Evidence(finding(), ("rng.python", "parameters"))

    assert ("model", "streams") == naming.name(evidence, held)
    assert ("model",) == naming.name(evidence, [rules.missing("model", "parameters", *STREAMS)])


def test_what_no_rule_explains_is_called_so():
    """A proof of something that nobody has named is not given the next best name."""
    assert (UNEXPLAINED,) == naming.name(Evidence(finding(), ("buffers",)), [])
    assert (UNEXPLAINED,) == naming.name(Evidence(finding()), [])


@pytest.mark.parametrize(
    ("kind", "where", "text", "diagnosis"),
    [
        ("raises", "load", TRACE + "NotImplementedError: write load()", "not_started"),
        ("raises", "load", TRACE + "ValueError: NotImplementedError", "load_raises"),
        ("raises", "save", TRACE + "MemoryError", "too_much_memory"),
        ("raises", "save", TRACE + "RuntimeError: can't allocate memory", "too_much_memory"),
        ("raises", "import", TRACE + "SyntaxError: invalid syntax", "cannot_import"),
        ("raises", "import", "your file has no function load()", "missing_function"),
        ("raises", "import", TRACE + "E: it has no function load()", "cannot_import"),
        ("raises", "load", "load() returned None; it must return the next epoch", "wrong_return"),
        ("raises", "load", TRACE + "E: must return the next epoch", "load_raises"),
        ("raises", "training", TRACE + "ValueError", "training_raises"),
        ("raises", "none", "", UNEXPLAINED),
        ("survivor", "training", "", "survives_the_kill"),
        ("protocol", "load", "", "forged_reports"),
        ("timeout", "save", "", "too_slow"),
        ("output", "save", "", "too_much_output"),
        ("checkpoint", "save", "", "checkpoint_refused"),
        ("exit", "load", "", "leaves_early"),
        ("signal", "load", "", "leaves_early"),
    ],
)
def test_trouble_has_a_name_in_every_exercise(kind: str, where: str, text: str, diagnosis: str):
    """The name says whose fault it is; a learner's words cannot pass for ours."""
    assert (diagnosis,) == naming.name(Evidence(finding(kind, text, where)), [])


@pytest.mark.parametrize(
    ("start", "diagnosis"),
    [(0, "starts_over"), (4, "off"), (12, "off"), (6, "older_save"), (16, "skips_steps")],
)
def test_a_wrong_start_is_named_by_how_far_it_is_off(start: int, diagnosis: str):
    """From the beginning, one epoch, or any other number of steps."""
    evidence = Evidence(finding("progress", step=start), floor=8, epoch_steps=4)

    assert (diagnosis,) == naming.name(evidence, [rules.starts_an_epoch_off("off")])


def test_a_difference_without_a_kill_is_savings_fault():
    """Nobody has resumed yet."""
    assert ("saving_disturbs",) == naming.name(Evidence(finding(phase=0)), [])


@given(EXERCISES, FINDINGS, PROVED, st.sampled_from([ONE, OTHER]))
def test_every_name_that_a_rule_gives_has_words(
    exercise: Exercise, found: Finding, proved: tuple[str, ...], held: list[Field]
):
    """Whatever the evidence is, a learner is told something that somebody has written."""
    state = {"scheduler": [number("last_epoch", 9)], "parameters": ONE, **SEEDED}
    theirs = {**state, "parameters": held}
    evidence = Evidence(found, proved, state, theirs, state, floor=8, epoch_steps=4)

    names = naming.name(evidence, exercise.rules)

    assert names
    assert len(names) == len(set(names))
    assert all(exercise.entry(name).headline for name in names)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"rng.python": [Field("words", "uint32", (625,), b"")]},
        {"rng.python": [Field("state", "uint8", (), b"")]},
        {"scheduler": [Field("last_epoch", "int64", (), b"")]},
    ],
)
def test_forged_state_is_evidence_of_nothing(forged: dict[str, list[Field]]):
    """A diagnosis cannot raise a verdict, nor lose one: no bytes stop it."""
    evidence = Evidence(finding(), (*STREAMS, "scheduler"), found=forged)
    held = [rules.just_seeded("s", *STREAMS), rules.ahead("a", "last_epoch", "scheduler")]

    for rule in held:
        assert rule.diagnosis not in naming.name(evidence, [rule])
    assert all("right after the load" in said for said in altered.told(evidence))
