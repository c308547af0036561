"""Right designs pass, every mistake gets exactly its own name, stubs are not started."""

import os
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.faults.schedule import Schedule
from grader.grade import Graded, Request, grade
from grader.process.servers import ForkServers
from grader.report import terminal
from grader.verdict import Failed, Unknown
from tests.course.conftest import Try, named, programs
from tests.course.grading import graded

STATE_FINDING = "trajectory"


def unseen(exercise: Exercise, mode: str) -> set[str]:
    """Return the checks that kills between calls cannot decide."""
    return {check.title for check in exercise.checks if check.crashes and mode == "sampled"}


def report(pair: tuple[Exercise, Path], result: Graded) -> str:
    """Return the report as the golden text holds it: with a path and a seed of its own."""
    exercise, path = pair
    replay = f"grader run {exercise.name[:4]} --file {path.name} --seed 0"
    text = terminal.render(result, exercise, replay, Path("report.html"))
    return text.rstrip() + "\n"


def test_right_programs_pass(right: Try, servers: ForkServers) -> None:
    """A right design passes every check that a mode decides, whatever its files are called."""
    pair, seed, mode = right
    outcome = graded(pair, seed, servers, mode).outcome

    for check in outcome.checks:
        decided = check.title not in unseen(pair[0], mode)
        assert ("passed" if decided else "unknown") == check.verdict.word, outcome
        assert check.trials == check.trials_planned
    kills = pair[0].trains and len(outcome.checks) > len(unseen(pair[0], mode))
    assert kills == (outcome.kills > 0)


def test_mistakes_get_their_own_name(wrong: Try, servers: ForkServers) -> None:
    """A wrong program fails with its own diagnosis, and missing or mixed state is proved.

    Where kills strike only between calls, what shows inside a save is unknown, never passed, and
    what shows has a name for what was seen.
    """
    pair, seed, mode = wrong
    outcome = graded(pair, seed, servers, mode).outcome
    verdict = outcome.verdict

    if unseen(pair[0], mode):
        assert isinstance(verdict, Unknown | Failed), outcome
        return
    assert isinstance(verdict, Failed), outcome
    assert pair[1].stem == verdict.name
    if verdict.finding.kind == STATE_FINDING:
        assert verdict.proved or verdict.evidence


def test_mistakes_get_their_golden_report(
    told: tuple[Exercise, Path], servers: ForkServers
) -> None:
    """The whole report is the text beside the mistake; UPDATE=1 writes it anew."""
    golden = told[1].with_suffix(".txt")
    text = report(told, graded(told, 0, servers))
    if os.environ.get("UPDATE"):
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("pair", programs("stub"), ids=named)
def test_stubs_are_told_that_they_are_not_started(
    pair: tuple[Exercise, Path], servers: ForkServers
) -> None:
    """The file that a learner begins with fails, and is not called wrong."""
    verdict = graded(pair, 0, servers).outcome.verdict

    assert isinstance(verdict, Failed)
    assert "not_started" == verdict.name


def test_replay_reproduces_the_counterexample_alone(
    replayed: tuple[Exercise, Path], servers: ForkServers
) -> None:
    """The same seed and the one fault give the same finding and the same name."""
    exercise, path = replayed
    first = graded(replayed, 0, servers).outcome.verdict
    assert isinstance(first, Failed)

    fault = Schedule.parse(first.finding.schedule)
    again = grade(Request(exercise, path, 0, fault), servers).outcome

    assert isinstance(again.verdict, Failed)
    assert first == again.verdict
    assert 1 == sum(check.trials for check in again.checks)


def test_grading_again_changes_nothing(
    repeated: tuple[Exercise, Path], servers: ForkServers, request: pytest.FixtureRequest
) -> None:
    """The same file and seed get the same verdict, finding and names every time."""
    repeats = request.config.getoption("--repeats")
    first = graded(repeated, 0, servers).outcome.verdict
    again = [grade(Request(*repeated, 0), servers).outcome.verdict for _ in range(repeats - 1)]

    assert [first] * (repeats - 1) == again
