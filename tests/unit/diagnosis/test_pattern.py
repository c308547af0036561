"""Which cases are wrong, and what was found, tells one mistake from another."""

from dataclasses import replace

import pytest

from grader.checkers.answers import ANSWER
from grader.diagnosis import naming, pattern
from grader.diagnosis.rules import UNEXPLAINED_ANSWER, Evidence
from grader.verdict import Finding

WRONG = Finding("answer", "case@a.one", 0, "5521: the square root", "5520")
CASES = {"a.one": False, "a.two": True}


def named(rule, finding: Finding = WRONG, cases: dict[str, bool] | None = None) -> str:
    """Return what a finding is called where there is only this rule."""
    return naming.name(Evidence(finding, cases=cases or CASES), [rule])[0]


@pytest.mark.parametrize(
    ("by", "expected", "found", "holds"),
    [
        (-1, "5521: the root", "5520", True),
        (1, "5521: the root", "5520", False),
        (1, "633", "634", True),
        (-1, "633", "631", False),
        (-1, "1: one step at least", "0", False),
        (-1, "finished 5521", "finished 5520", False),
    ],
)
def test_a_number_that_is_one_off_was_rounded_otherwise(by, expected, found, holds) -> None:
    """Where one step is the least, 0 says nothing about rounding."""
    finding = replace(WRONG, expected=expected, found=found)

    assert ("off" if holds else UNEXPLAINED_ANSWER) == named(pattern.off_by("off", by), finding)


def test_what_was_found_need_only_begin_so() -> None:
    """A rule may name the entry that differs, and not its value."""
    lost = replace(WRONG, expected="lost 45: it is", found="lost 40")

    assert "half" == named(pattern.answers("half", "a.one", but=["a.two"], found="lost "), lost)
    assert UNEXPLAINED_ANSWER == named(pattern.answers("half", "a.one", found="saving "), lost)
    assert UNEXPLAINED_ANSWER == named(pattern.answers("half", "a.one", but=["a.one"]), lost)


def test_another_exception_than_the_one_that_is_due_has_a_name() -> None:
    """One where an answer was due, and one of a function that is not written, have others."""
    rule = pattern.refuses_otherwise("otherwise")
    raised = Finding(
        "raises", "case@a.one", 0, "a ValueError", "KeyError: 'scale'", text="KeyError"
    )

    assert "otherwise" == named(rule, raised)
    assert UNEXPLAINED_ANSWER == named(rule, replace(raised, expected=ANSWER))
    assert "otherwise" != named(rule, replace(raised, text="NotImplementedError: write it"))
