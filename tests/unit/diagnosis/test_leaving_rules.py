"""What a process that was told to leave did wrong follows from what it was sent, and when."""

import pytest

from grader.diagnosis import leaving_rules, naming
from grader.diagnosis.rules import UNEXPLAINED, Evidence
from grader.verdict import Finding

RULES = [
    leaving_rules.beyond_one_sigterm("second", twice=True),
    leaving_rules.beyond_one_sigterm("only_sigterm", twice=False),
    leaving_rules.ended_by_signal("too_late", at="start"),
    leaving_rules.ended_by_signal("no_handler"),
    leaving_rules.leaves_untold("untold"),
    leaving_rules.stays("rarely", evaluating=False),
]


def name(kind: str, found: str, schedule: str, *, plainly: bool = False) -> str:
    """Return the name of a finding; *plainly* where one SIGTERM does no harm."""
    finding = Finding(kind, schedule, 0, "exit code 75: run this again", found)
    return naming.name(Evidence(finding, plainly=plainly), RULES)[0]


@pytest.mark.parametrize("word", ["term", "usr1"])
def test_a_signal_that_ends_a_process_is_named_by_where_it_came(word: str):
    """Where SIGTERM ends it, too, SIGUSR1 is no mistake of its own."""
    ended = "ended by SIGTERM" if word == "term" else "ended by SIGUSR1"

    assert "too_late" == name("left", ended, f"{word}@0:start")
    assert "no_handler" == name("left", ended, f"{word}@6:step")


@pytest.mark.parametrize(
    ("kind", "found"),
    [("left", "ended by SIGUSR1"), ("left", "exit code 0"), ("stays", "it went on with step 8")],
)
def test_sigusr1_is_the_mistake_where_sigterm_does_no_harm(kind: str, found: str):
    """However it is that a process does not leave as it should."""
    for moment in ("0:start", "6:step"):
        assert "only_sigterm" == name(kind, found, f"usr1@{moment}", plainly=True)


@pytest.mark.parametrize(
    ("kind", "found"), [("left", "ended by SIGTERM"), ("progress", "training from step 4")]
)
def test_the_second_signal_is_the_mistake_where_one_does_no_harm(kind: str, found: str):
    """It may end the process by itself, or by what its handler calls."""
    told = "term@6:forward,term@6:step"

    assert "second" == name(kind, found, told, plainly=True)
    assert "second" != name(kind, found, told)


def test_who_trains_on_after_either_signal_asks_too_rarely():
    """The sort of the signal says nothing then."""
    assert "rarely" == name("stays", "it went on with step 8", "usr1@6:step")


def test_who_asks_for_another_run_untold_has_a_name():
    """Any other end before the training's is none of this."""
    assert "untold" == name("exit", "left with exit code 75 before training was over", "none")
    other = name("exit", "left with exit code 1 before training was over", "none")
    assert other not in {"untold", UNEXPLAINED}
