"""Scores built by hand, without a judge."""

from dataclasses import replace

from grader.classroom.scores import Override, Score

EXERCISE = "ex01_first_checkpoint"
TITLES = ("resumes exactly", "refuses another model", "starts at 0")


def check(title, points, verdict="passed", **changes):
    """Return one check as `grader.report.machine` writes it."""
    earned = {"passed": points, "failed": 0}.get(verdict)
    return {
        "title": title, "verdict": verdict, "points": points, "earned": earned,
        "diagnoses": ["missing_optimizer"] if verdict == "failed" else [], "proved": [],
        "schedule": "kill@20:backward" if verdict == "failed" else None,
        "reason": "the machine was too slow" if verdict == "unknown" else "", "trials_planned": 3,
    } | changes  # fmt: skip


def passed(student="ada", **changes):
    """Return a score with every check passed: 10 of 10."""
    checks = [check(title, points) for title, points in zip(TITLES, (6, 3, 1), strict=True)]
    made = Score(student, EXERCISE, "passed", 10, 10, checks, report="PASS  ex01\n", seconds=12.5)
    return replace(made, **changes)


def failed(student="bob", **changes):
    """Return a score with the first check failed: 4 of 10."""
    checks = [check(TITLES[0], 6, "failed"), *passed().checks[1:]]
    made = passed(student, status="failed", points=4, checks=checks, report="FAIL  ex01\n")
    return replace(made, **({"diagnoses": ["missing_optimizer"]} | changes))


def by_hand(student="eve", **changes):
    """Return a score with the first check undecided."""
    checks = [check(TITLES[0], 6, "unknown"), *passed().checks[1:]]
    made = passed(student, status="by hand", points=None, checks=checks, report="UNKNOWN  ex01\n")
    return replace(made, **({"reason": "the machine was too slow"} | changes))


def absent(student="joe", **changes):
    """Return the score of a student who handed in nothing."""
    return replace(Score(student, EXERCISE, "not handed in", None, 10), **changes)


def overridden(score, points=7.5):
    """Return a score with a person's points instead."""
    return replace(score, override=Override(points, "read the code, it is right", "Grace"))


def alphabet():
    """Return one score of every kind."""
    return [passed(), failed(), by_hand(), absent(), overridden(by_hand("zoe"))]
