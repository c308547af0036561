"""What was graded in this run of the tests, and the matrix that is made of it."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from grader.course import Exercise
from grader.grade import Graded, Request, grade
from grader.process.servers import ForkServers
from grader.verdict import Failed

GRADED: dict[tuple[Path, int, str], Graded] = {}


def graded(
    pair: tuple[Exercise, Path], seed: int, servers: ForkServers, mode: str = "exhaustive"
) -> Graded:
    """Grade one file of the course, once for every seed; several tests look at the result."""
    exercise, path = pair
    if (path, seed, mode) not in GRADED:
        GRADED[path, seed, mode] = grade(Request(exercise, path, seed, mode=mode), servers)
    return GRADED[path, seed, mode]


def matrix(programs: Iterable[tuple[Exercise, Path]], before: str = "[]") -> str:
    """Return as JSON, a line a program, how often each verdict came, and with which diagnosis.

    A program that was not graded in this run keeps its line of *before*, so that the sweep can be
    run unit by unit; one that is gone loses it.
    """
    held = {(row["unit"], row["name"]): row for row in json.loads(before)}
    lines = []
    for exercise, path in programs:
        said: dict[str, Counter[str]] = {}
        for (of, _, mode), result in GRADED.items():
            if of == path:
                verdict = result.outcome.verdict
                name = f"failed: {verdict.name}" if isinstance(verdict, Failed) else verdict.word
                said.setdefault(mode, Counter())[name] += 1
        row = {"unit": exercise.name, "name": path.stem, "said": said}
        kept = held.get((exercise.name, path.stem))
        lines += [json.dumps(one) for one in [row if said else kept] if one]
    return "[\n" + ",\n".join(sorted(lines)) + "\n]\n"
