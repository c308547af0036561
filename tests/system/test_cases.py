"""Where nothing is trained: whatever a learner's functions do, the judge says what happened."""

from pathlib import Path

import pytest

from grader import course
from grader.faults.schedule import Schedule
from grader.grade import Graded, Request, grade
from grader.process.servers import ForkServers
from grader.report import webpage
from grader.report.scenes import scenes
from grader.report.story import tell
from grader.verdict import Failed, Passed

EX02 = course.find("ex02")
EX12 = course.find("ex12")
SHARES = EX12.solution.parent / "mistakes" / "remembers_earlier_calls.py"
RIGHT = EX02.solution.read_text(encoding="utf-8")
FORGES = """

def digest(state):
    import gc
    for held in gc.get_objects():
        if type(held).__name__ == "Probe":
            for _ in range(200):
                held.answer('["a", "b", "a"]')
    return "a"
"""


@pytest.fixture
def graded(servers: ForkServers, tmp_path: Path):
    """Return a function that grades a program's text."""

    def of(text: str, fault: str = "") -> Graded:
        file = tmp_path / "checkpoint.py"
        file.write_text(text, encoding="utf-8")
        schedule = Schedule.parse(fault) if fault else None
        return grade(Request(EX02, file, 0, schedule), servers)

    return of


@pytest.mark.parametrize(
    ("more", "name", "says"),
    [
        ("def digest(state): return 12", "wrong_return", "digest() returned 12"),
        ("def digest(state): return 'x' * 9999", "answer_raises", "more than 3000"),
        ("def first_difference(a, b): return a", "wrong_return", "must return None or two texts"),
        ("def digest(state): raise NotImplementedError('later')", "not_started", "later"),
        ("def digest(state): raise SystemExit(0)", "leaves_early", "exit code 0"),
        ("def digest(state): import os; os._exit(0)", "leaves_early", "exit code 0"),
        ("del digest", "missing_function", "no function digest()"),
        (FORGES, "forged_reports", "not due"),
        ("import grader.bits as theirs", "imports_grader", ": import grader.bits"),
    ],
)
def test_what_else_a_function_may_do_has_a_name(graded, more: str, name: str, says: str) -> None:
    """None of it passes, and none of it is unknown."""
    verdict = graded(f"{RIGHT}\n\n{more}\n").outcome.verdict

    assert isinstance(verdict, Failed)
    assert name == verdict.name
    assert says in verdict.finding.text + verdict.finding.found


def test_one_that_raises_once_is_right_about_the_rest(graded) -> None:
    """Where the process of all cases ends early, each is asked alone."""
    raises = (
        "if isinstance(leaf, str): raise ValueError(leaf)\n    if isinstance(leaf, torch.Tensor)"
    )
    outcome = graded(RIGHT.replace("if isinstance(leaf, torch.Tensor)", raises, 1)).outcome
    evidence = [c.verdict.evidence[0] for c in outcome.checks if isinstance(c.verdict, Failed)]

    assert "answer_raises" == outcome.verdict.name
    assert all("answered wrong" in said for said in evidence)
    assert "of the 15 cases of this check, 8 are answered wrong" in evidence[0]


def test_one_case_is_replayed_told_and_drawn(graded) -> None:
    """The fault of a report asks that case alone; page and scenes show both states."""
    wrong = (EX02.solution.parent / "mistakes" / "ignores_shape.py").read_text(encoding="utf-8")
    again = graded(wrong, "case@other.shape")
    page = webpage.render(again, EX02, "grader run ex02")
    told = scenes(again, EX02)

    assert "ignores_shape" == again.outcome.verdict.name
    assert 1 == sum(check.trials for check in again.outcome.checks)
    assert "two states with the same bytes in another shape" in tell(again, EX02).happened
    assert "float32[2, 3]" in page
    assert "float32[3, 2]" in page
    assert 3 == len(told)
    assert any(line.startswith("≠ weight: float32[2, 3]") for line in told[0].lines)


@pytest.mark.parametrize("fault", ["", "case@pace.quiet"])
def test_what_is_wrong_only_after_other_cases_is_failed_not_unknown(
    servers: ForkServers, fault: str
) -> None:
    """Found where all are asked, shown again in that order; its fault alone is replayed so, too."""
    schedule = Schedule.parse(fault) if fault else None
    again = grade(Request(EX12, SHARES, 0, schedule), servers)
    verdict = again.outcome.verdict

    assert isinstance(verdict, Failed)
    assert "remembers_earlier_calls" == verdict.name
    assert "case@pace.quiet" == verdict.finding.schedule
    assert again.counterexample
    assert verdict.finding.found in again.counterexample.phases[0].answers[0]


def test_a_right_answer_alone_stays_right(servers: ForkServers) -> None:
    """A case that holds alone is asked beside the others, and holds there."""
    schedule = Schedule.parse("case@pace.quiet")

    assert isinstance(
        grade(Request(EX12, EX12.solution, 0, schedule), servers).outcome.verdict, Passed
    )
