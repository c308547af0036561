"""Whose code is alike, and how near it is to our solutions: for a person to look at, never a score.

Pygments cuts a file into tokens, RapidFuzz compares them; no code of a learner's runs. Comments,
layout and the names that a learner chose count for nothing, and neither do lines of the stub, which
everybody was given. Small exercises have few right answers: being alike proves nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.classroom.exports.table import safe
from grader.classroom.judging import Record
from grader.course import Exercise

TEXT_MAX = 12_000
"""So many characters of a file are compared: nobody can make this slow."""
TOKENS_MAX = 1000
"""And so many tokens."""
TOKENS_MIN = 20
"""With fewer tokens of their own nobody is compared: there is nothing that could be copied."""

_FIRST_SIGN = 0x10000  # from here to the end of Unicode every number is a character

COLUMNS = ("student", "tokens", "nearest", "alike", "nearest_solution", "alike_solution")


@dataclass(frozen=True, slots=True)
class Nearest:
    """What one student's code is most alike to.

    Attributes:
        tokens: how much of it is their own.
        peer, alike: another student, "" where nobody can be compared, and how alike in percent.
        solution, alike_solution: which of our right answers, and how alike in percent.
    """

    student: str
    tokens: int
    peer: str
    alike: int
    solution: str
    alike_solution: int


def nearest(exercise: Exercise, records: Iterable[Record]) -> list[Nearest] | None:
    """Return everybody with code of their own, who is most alike first; None without RapidFuzz."""
    try:
        from rapidfuzz.distance import Indel  # noqa: PLC0415 - the extra `instructor` brings it
        from rapidfuzz.process import cdist  # noqa: PLC0415
    except ImportError:
        return None
    given = set(_lines(exercise.stub.read_text(encoding="utf-8")))
    signs: dict[str, str] = {}
    theirs = _own({one["student"]: one["content"] for one in records}, given, signs)
    ours = _own(_solutions(exercise), given, signs)

    def alike(others: Iterable[str]) -> Any:  # noqa: ANN401 - a matrix; who judges imports no numpy
        return cdist(list(theirs.values()), list(others), scorer=Indel.normalized_similarity)

    among, to_us = alike(theirs.values()), alike(ours.values())
    found = []
    for row, (name, own) in enumerate(theirs.items()):
        among[row, row] = -1
        peer, percent = _most(list(theirs), among[row])
        solution, percent_us = _most(list(ours), to_us[row])
        found.append(Nearest(name, len(own), peer, percent, solution, percent_us))
    return sorted(found, key=lambda one: (-one.alike, one.student))


def table(found: Sequence[Nearest]) -> str:
    """Return the CSV, as `nearest` orders it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        facts = one.student, one.tokens, one.peer, one.alike, one.solution, one.alike_solution
        writer.writerow([safe(str(fact)) for fact in facts])
    return out.getvalue()


def _solutions(exercise: Exercise) -> dict[str, str]:
    files = [exercise.solution, *sorted((exercise.solution.parent / "alternative").glob("*.py"))]
    return {path.stem: path.read_text(encoding="utf-8") for path in files if path.is_file()}


def _most(names: list[str], alike: Sequence[float]) -> tuple[str, int]:
    """Return who is most alike, and how much; nobody where there is nobody else."""
    value, name = max(zip(alike, names, strict=True), default=(-1, ""))
    return ("", 0) if value < 0 else (name, round(100 * value))


def _own(
    texts: Mapping[str, str], given: set[tuple[str, ...]], signs: dict[str, str]
) -> dict[str, str]:
    """Return everybody's own tokens, each as one character: RapidFuzz is made for text."""
    found = {}
    for name, text in texts.items():
        lines = [line for line in _lines(text[:TEXT_MAX]) if line not in given]
        tokens = [token for line in lines for token in line][:TOKENS_MAX]
        if len(tokens) >= TOKENS_MIN:
            found[name] = "".join(
                signs.setdefault(token, chr(_FIRST_SIGN + len(signs))) for token in tokens
            )
    return found


def _lines(text: str) -> Iterator[tuple[str, ...]]:
    """Return each line's tokens: what a learner may name as they like is "name" or "text"."""
    from pygments.lexers.python import PythonLexer  # noqa: PLC0415 - other commands start faster
    from pygments.token import Comment, Literal, Name, Text  # noqa: PLC0415

    line: list[str] = []
    for kind, token in PythonLexer().get_tokens(text):
        if kind in Text:
            if "\n" in token and line:
                yield tuple(line)
                line = []
        elif kind in Literal.String.Doc or kind in Comment:
            continue
        elif kind in Literal.String:
            line += ["text"] * (line[-1:] != ["text"])
        elif kind is Name and line[-1:] != ["."]:
            line.append("name")
        else:
            line.append(token)
    if line:
        yield tuple(line)
