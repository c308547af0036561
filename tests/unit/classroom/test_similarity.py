"""Is a copy found however it is disguised, and is nobody suspected for what everybody was given?"""

import csv
import re

from grader import course
from grader.classroom import similarity
from grader.classroom.similarity import Nearest

EXERCISE = course.find("ex01")
STUB, SOLUTION = EXERCISE.stub.read_text(), EXERCISE.solution.read_text()
OTHER = (EXERCISE.solution.parent / "alternative" / "two_files.py").read_text()
EVIL = "\x00'''(((\n" + "=" * 100 + "\n\tdef\n"


def found(**texts: str) -> dict[str, Nearest]:
    records = [{"student": name, "content": text} for name, text in texts.items()]
    return {one.student: one for one in similarity.nearest(EXERCISE, records) or []}


def test_a_disguised_copy_is_nearest_to_what_it_was_copied_from() -> None:
    """New names, comments, blank lines and quotes change nothing; another design is far away."""
    renamed = re.sub(r"\b(path|model|state)\b(?!=)", r"my_\1", OTHER).replace('"', "'")
    disguised = "# mine!\n" + renamed.replace("\n", "\n\n")
    seen = found(ada=OTHER, ben=disguised, cem=SOLUTION)
    assert ("ben", 100) == (seen["ada"].peer, seen["ada"].alike)
    assert ("ada", 100) == (seen["ben"].peer, seen["ben"].alike)
    assert seen["cem"].alike < 90
    assert ("two_files", 100) == (seen["ben"].solution, seen["ben"].alike_solution)
    assert ("checkpoint", 100) == (seen["cem"].solution, seen["cem"].alike_solution)


def test_the_stub_is_nobodys_own() -> None:
    """Who has not begun is not compared, and what everybody was given counts for nobody."""
    assert {} == found(ada=STUB, ben=STUB)
    own = "\ndef helper(numbers):\n    return sorted({n % 7: n for n in numbers}.items())[2:]\n"
    alone = found(ada=STUB + own)["ada"]
    assert ("", 0) == (alone.peer, alone.alike)
    assert alone.tokens < 40


def test_no_text_stops_it() -> None:
    """Broken, binary and endless files are compared as far as they go, and run by nobody."""
    seen = found(evil=EVIL * 9, bomb="x = (" * 500_000, ran="raise SystemExit(1)\n" * 9)
    assert {"evil", "bomb", "ran"} == set(seen)
    assert seen["bomb"].tokens <= similarity.TOKENS_MAX


def test_the_table_has_everybody_the_most_alike_first() -> None:
    """No name becomes a formula."""
    one = found(**{"=evil()": OTHER, "ada": OTHER, "cem": SOLUTION})
    rows = list(csv.reader(similarity.table(list(one.values())).splitlines()))
    assert list(similarity.COLUMNS) == rows[0]
    assert ["'=evil()", "ada", "cem"] == [row[0] for row in rows[1:]]
    assert ["100", "100"] == [row[3] for row in rows[1:3]]
