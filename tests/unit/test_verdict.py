"""Failed beats Unknown beats Passed; nothing passes that was not seen."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.verdict import (
    CheckResult,
    ExitCode,
    Failed,
    Finding,
    Outcome,
    Passed,
    Unknown,
    Verdict,
    combine,
)

VERDICTS = st.lists(
    st.one_of(
        st.builds(Passed),
        st.builds(Unknown, st.text(max_size=5)),
        st.builds(
            lambda name: Failed(Finding("files", "none", 0, "a", "b"), (name,)), st.text(max_size=5)
        ),
    ),
    max_size=6,
)


def outcome(*verdicts: Verdict, reason: str = "") -> Outcome:
    """Return the outcome of checks with these verdicts."""
    checks = tuple(CheckResult(f"check {at}", 2, held) for at, held in enumerate(verdicts))
    return Outcome("ex99_x", 0, "exhaustive", "a.py", checks, reason)


@given(VERDICTS)
def test_the_verdict_of_all_is_the_worst_and_the_first_of_its_kind(verdicts: list[Verdict]):
    """Passed needs every single one to be."""
    whole = combine(verdicts)

    ranks = {"failed": 2, "unknown": 1, "passed": 0}
    worst = max((ranks[held.word] for held in verdicts), default=1)
    assert worst == ranks[whole.word]
    if verdicts:
        assert whole == next(held for held in verdicts if ranks[held.word] == worst)


@given(VERDICTS, st.randoms(use_true_random=False))
def test_order_does_not_change_the_word(verdicts: list[Verdict], random: Random):
    """A counterexample stands wherever it is found."""
    assert combine(verdicts).word == combine(random.sample(verdicts, len(verdicts))).word


def test_nothing_checked_is_unknown():
    """An empty list of checks has shown nothing."""
    assert Unknown("nothing was checked") == combine([])
    assert ExitCode.UNKNOWN == outcome().exit_code


@given(VERDICTS)
def test_a_reason_makes_the_whole_unknown(verdicts: list[Verdict]):
    """Where the machine failed, nothing is held against a learner."""
    whole = outcome(*verdicts, reason="no fork")

    assert Unknown("no fork") == whole.verdict
    assert ExitCode.UNKNOWN == whole.exit_code


@pytest.mark.parametrize(
    ("verdict", "code", "earned"),
    [
        (Passed(), 0, 2),
        (Failed(Finding("files", "none", 0, "a", "b"), ("x",)), 1, 0),
        (Unknown("why"), 3, None),
    ],
)
def test_exit_codes_and_points_say_the_verdict(verdict: Verdict, code: int, earned: int | None):
    """Unknown is never 0 points: a person has to look."""
    whole = outcome(verdict)

    assert code == whole.exit_code
    assert earned == whole.checks[0].earned


def test_usage_has_an_exit_code_of_its_own():
    """A typing error is neither a failure nor unknown."""
    assert [0, 1, 2, 3] == sorted(ExitCode)
    assert "USAGE" == ExitCode(2).name


def test_several_diagnoses_are_one_name():
    """A mistake of two missing items is named as its file is."""
    both = Failed(Finding("trajectory", "none", 1, "a", "b"), ("missing_a", "missing_b"))

    assert "missing_a_and_missing_b" == both.name
