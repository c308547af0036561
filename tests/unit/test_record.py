"""Is a learner's record kept by its rules, and is a file that does not fit refused whole?"""

import json
from pathlib import Path
from typing import Any

import pytest

from grader import course, lessons, record
from grader.errors import UsageError

DAY = 86_400_000
RIGHT = {
    "right": True, "sure": True, "first": True, "misled": False, "tries": 1, "box": 1, "at": 5,
    "due": 5 + DAY, "given": ["1"],
}  # fmt: skip


def file(folder: Path, records: object, **facts: object) -> Path:
    path = folder / "progress.json"
    held = {"course": "exact-resume", "version": 1, "records": records, **facts}
    path.write_text(json.dumps(held), encoding="utf-8")
    return path


def test_days_grow_and_a_wrong_answer_begins_anew() -> None:
    """1, 3, 7, 21 days; practice before its day moves nothing; sure and wrong is remembered."""
    now, entry, days = 0, None, []
    for right in (True, True, True, True, True, False, True):
        entry = record.noted(entry, right=right, sure=True, given=["0"], now=now)
        days.append((entry["due"] - now) // DAY)
        now = entry["due"]
    early = record.noted(entry, right=True, sure=True, given=["0"], now=now - 1)

    assert [1, 3, 7, 21, 21, 1, 1] == days
    assert entry is not None
    assert entry["misled"]
    assert entry["slip"] == ["0"]
    assert (early["box"], early["due"]) == (entry["box"], entry["due"])


def test_wrong_and_sure_comes_first() -> None:
    """Then wrong, then what is due; what is right and not due stays away."""
    entries = {
        "ex01-due": RIGHT | {"due": 3},
        "ex01-wrong": RIGHT | {"right": False, "due": 4},
        "ex01-misled": RIGHT | {"right": False, "misled": True, "due": 9},
        "ex01-later": RIGHT | {"due": 99},
    }

    assert ["ex01-misled", "ex01-wrong", "ex01-due"] == record.order(entries, now=10)


def test_a_file_is_taken_over_where_it_is_newer(tmp_path: Path) -> None:
    """An older entry stays as it is; both are counted."""
    kept = record.Record(tmp_path / "runs" / "record.json")
    mine = kept.note("ex01-mine", right=False, sure=True, given="4")
    theirs = file(tmp_path, {"ex01-mine": RIGHT, "ex01-new": RIGHT})

    assert kept.take(theirs) == (1, 1)
    assert kept.entries() == {"ex01-mine": mine, "ex01-new": RIGHT}


@pytest.mark.parametrize(
    ("records", "facts", "said"),
    [
        ({"ex01-new": RIGHT | {"box": 9}}, {}, "'ex01-new' is broken"),
        ({"ex01-new": RIGHT | {"due": "soon"}}, {}, "'ex01-new' is broken"),
        ({"../etc": RIGHT}, {}, "'../etc' is broken"),
        ({"ex01-new": {"right": 1}}, {}, "'ex01-new' is broken"),
        ([], {}, "holds no records"),
        ({}, {"version": 2}, "of version 2"),
        ({}, {"course": "another"}, "no progress file of this course"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    tmp_path: Path, records: Any, facts: dict[str, object], said: str
) -> None:
    """The error names what is wrong; good entries beside a broken one are not taken either."""
    kept = record.Record(tmp_path / "record.json")
    before = kept.note("ex01-mine", right=True, sure=True, given="4")
    beside = {"ex02-good": RIGHT} if isinstance(records, dict) else {}
    records = beside | records if isinstance(records, dict) else records

    with pytest.raises(UsageError, match=said):
        kept.take(file(tmp_path, records, **facts))
    assert kept.entries() == {"ex01-mine": before}


def test_a_broken_own_record_is_named_and_left(tmp_path: Path) -> None:
    """Nothing is written over a file that cannot be read."""
    path = tmp_path / "record.json"
    path.write_text("{", encoding="utf-8")

    with pytest.raises(UsageError, match=r"record\.json: no progress file"):
        record.Record(path).note("ex01-mine", right=True, sure=True, given="4")
    assert path.read_text(encoding="utf-8") == "{"


def test_a_score_counts_points_and_answers() -> None:
    """Points are those of right answers; of another unit nothing counts."""
    bank = lessons.lessons(course.course_root())[0].bank
    first, second = bank.questions[:2]
    entries = {first.id: RIGHT, second.id: RIGHT | {"right": False}, "ex99-other": RIGHT}
    found = record.score(bank.questions, entries)

    assert (found.points, found.right, found.answered) == (first.points, 1, 2)
    assert found.count == 10
