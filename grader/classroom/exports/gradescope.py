"""Gradescope's results.json, and the program that writes it there.

Read in gradescope/autograder_samples, docs/specs.md: ``score`` is needed at the top, where it
overrides the tests' sum, or else in every test; ``visibility`` and ``stdout_visibility`` are
hidden, after_due_date, after_published or visible. ``status`` (passed or failed) is newer than that
copy; public autograders use it.

Gradescope has no word for "unknown": whatever number stands there is the student's. So while one
check is undecided the file has no ``score`` at the top, the check has neither ``score`` nor
``status``, and ``output`` begins with what a person has to do. By the specification Gradescope then
has no total to show. That is meant: no result is noticed, a wrong one is not. We could not try what
its page shows in that case. Grade such a submission by hand (turn on manual grading), or start the
autograder again.
"""

import argparse
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader import course
from grader.classroom.exports.points import counting, from_record, why
from grader.classroom.judging import Task, judge
from grader.classroom.scores import Score
from grader.course import Exercise
from grader.errors import GraderError

_SEED_BITS = 48  # too many for a learner's program to try them all


def results(score: Score) -> str:
    """Return results.json for one score."""
    points = counting(score)
    held: dict[str, Any] = {
        "output": _output(score),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, check) for number, check in enumerate(score.checks, 1)],
        "extra_data": {"exercise": score.exercise, "status": score.status},
    }
    if points is not None:
        held = {"score": points, **held}
    return json.dumps(held, indent=1)


def _output(score: Score) -> str:
    """Return what is shown above the tests."""
    if score.override:
        first = f"Points given by {score.override.by}: {score.override.reason}"
    elif reason := why(score):
        first = (
            f"NOT GRADED YET. {reason[0].upper()}{reason[1:]}\n"
            "Nothing has been lost, and this is not 0 points."
        )
    else:
        first = ""
    return "\n\n".join(filter(None, (first, score.report)))


def _test(number: int, check: dict[str, Any]) -> dict[str, Any]:
    """Return one check; without score and status where nobody has decided."""
    told = {
        "name": check["title"],
        "number": str(number),
        "max_score": check["points"],
        "output": check["reason"] or " and ".join(check["diagnoses"]),
        "visibility": "visible",
    }
    if check["earned"] is None:
        undecided = f"A person has to grade this: {check['reason'] or 'undecided'}"
        return {**told, "output": undecided, "tags": ["by hand"]}
    return {**told, "score": check["earned"], "status": check["verdict"]}


def grade_here(exercise: Exercise, submission: Path) -> Score:
    """Return the score of what lies in the folder *submission*.

    The file is the one that the exercise names, else the only Python file there is.
    """
    wanted = exercise.edit[0]
    python = sorted(path for path in submission.rglob("*.py") if path.is_file())
    named = [path for path in python if path.name == wanted]
    chosen = named if len(named) == 1 else python
    if len(chosen) != 1:
        there = ", ".join(str(path.relative_to(submission)) for path in python) or "no Python file"
        reason = f"hand in one file called {wanted}; there is: {there}"
        return by_hand(exercise, reason)
    task = Task(exercise.name, chosen[0].read_bytes(), secrets.randbits(_SEED_BITS))
    return from_record("", judge(task))


def by_hand(exercise: Exercise, reason: str) -> Score:
    """Return the score of a submission that could not be graded."""
    total = sum(check.points for check in exercise.checks)
    return Score("", exercise.name, "by hand", None, total, reason=reason)


def main(arguments: Sequence[str] | None = None) -> None:
    """Grade a folder and write results.json, whole or not at all: EXERCISE SUBMISSION RESULTS."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("exercise")
    parser.add_argument("submission", type=Path)
    parser.add_argument("results", type=Path)
    asked = parser.parse_args(arguments)
    exercise = course.find(asked.exercise)
    try:
        score = grade_here(exercise, asked.submission)
    except (GraderError, OSError) as problem:
        score = by_hand(exercise, f"the grader failed: {problem}")
    unfinished = asked.results.with_suffix(".unfinished")
    unfinished.write_text(results(score), encoding="utf-8")
    os.replace(unfinished, asked.results)


if __name__ == "__main__":
    main()
