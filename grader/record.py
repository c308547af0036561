"""What a learner answered, by question: the rules of site/theme/assets/record.js, for the terminal.

The same entries, the same days, the same file: the site's page of records takes what `exported`
writes, and `Record.take` what that page exports.
"""

import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.questions import ID, Question

FILE_MAX = 4 << 20
"""Bytes of one progress file."""

_DAYS = (1, 3, 7, 21)
_DAY = 86_400_000  # milliseconds
_COUNTS = ("tries", "box", "at", "due")
_LIST_MAX, _TEXT_MAX = 9, 200

Entry = dict[str, Any]
"""One answer: right, sure, first, misled, tries, box, at, due, given; slip where one was wrong."""

Answer = str | list[str]
"""What was typed, or the numbers of the options or blocks as texts."""


def read(path: Path) -> dict[str, Entry]:
    """Return the records of a progress file, by question.

    Raises:
        UsageError: it is none, or an entry of it is broken; then nothing of it counts.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_MAX + 1)
        held = json.loads(content) if len(content) <= FILE_MAX else None
    except (OSError, ValueError, RecursionError) as problem:
        message = f"{path}: no progress file, it cannot be read ({problem}); export it again"
        raise UsageError(message) from problem
    if not isinstance(held, dict) or held.get("course") != "exact-resume":
        message = f"{path}: no progress file of this course; the site's page of records exports one"
        raise UsageError(message)
    if held.get("version") != 1:
        message = f"{path}: of version {held.get('version')!r}; this grader reads version 1"
        raise UsageError(message)
    records = held.get("records")
    if not isinstance(records, dict):
        message = f"{path}: it holds no records; export it again"
        raise UsageError(message)
    for name, entry in records.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("right"), bool):
            message = f"{path}: the entry {name[:60]!r} is broken; export it again"
            raise UsageError(message)
    return records


def clean(entry: object) -> Entry | None:
    """Return an entry as this version writes it; None where it is no entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("right"), bool):
        return None
    if not all(_count(entry.get(name)) for name in _COUNTS) or entry["box"] > len(_DAYS):
        return None
    flags = {name: entry.get(name) is True for name in ("sure", "first", "misled")}
    kept = {"right": entry["right"], **flags, **{name: entry[name] for name in _COUNTS}}
    kept["given"] = _answer(entry.get("given"))
    return kept | ({"slip": _answer(entry["slip"])} if "slip" in entry else {})


def _count(held: object) -> bool:
    if not isinstance(held, int | float) or isinstance(held, bool):
        return False
    return math.isfinite(held) and held >= 0


def _answer(held: object) -> Answer:
    if isinstance(held, list):
        return [str(one) for one in held[:_LIST_MAX]]
    return ("" if held is None else str(held))[:_TEXT_MAX]


def noted(before: Entry | None, *, right: bool, sure: bool, given: Answer, now: int) -> Entry:
    """Return the entry after an answer, given *now*, in milliseconds since 1970.

    A right one comes again after 1, 3, 7 and 21 days; practice before its day moves nothing. A
    wrong one begins anew, and who was sure of it is asked first until the last of these days.
    """
    early = before is not None and before["right"] and right and now < before["due"]
    box = 0
    if right:
        held = before["box"] if before else 0
        box = held if early else min(held + 1, len(_DAYS))
    misled = (not right and sure) or bool(before and before["misled"] and box < len(_DAYS))
    entry = {
        "right": right,
        "sure": sure,
        "first": before["first"] if before else right,
        "misled": misled,
        "tries": (before["tries"] if before else 0) + 1,
        "box": box,
        "at": now,
        "due": before["due"] if before and early else now + _DAYS[max(box - 1, 0)] * _DAY,
        "given": given,
    }
    slip = before.get("slip") if before else None
    if slip is None and not right:
        slip = given
    return entry if slip is None else entry | {"slip": slip}


def order(entries: Mapping[str, Entry], now: int) -> list[str]:
    """Return what to ask again: wrong and sure first, then wrong, then what is due, by its day."""

    def rank(name: str) -> tuple[int, float]:
        entry = entries[name]
        return (0 if entry["misled"] else 2 if entry["right"] else 1), entry["due"]

    asked = [name for name, entry in entries.items() if not entry["right"] or entry["due"] <= now]
    return sorted(asked, key=rank)


def milliseconds() -> int:
    """Return the time as records have it."""
    return time.time_ns() // 1_000_000


def exported(
    entries: Mapping[str, Entry], exercises: Mapping[str, Mapping[str, str | int]] | None = None
) -> str:
    """Return a progress file, with what came of the exercises where that is to be shown, too."""
    held = {"course": "exact-resume", "version": 1, "records": entries}
    return json.dumps(held | ({"exercises": exercises} if exercises else {}), indent=1)


@dataclass(frozen=True, slots=True)
class Score:
    """How some questions stand: points got of points, questions right and answered of all."""

    points: int
    most: int
    right: int
    answered: int
    count: int


def score(questions: Sequence[Question], entries: Mapping[str, Entry]) -> Score:
    """Add up the answers to some questions."""
    right = [one for one in questions if entries.get(one.id, {}).get("right")]
    return Score(
        sum(one.points for one in right),
        sum(one.points for one in questions),
        len(right),
        sum(one.id in entries for one in questions),
        len(questions),
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A learner's own record, in a progress file that is made with the first answer."""

    path: Path

    def entries(self) -> dict[str, Entry]:
        """Return every entry, by question.

        Raises:
            UsageError: the file is there and is no progress file; it is left as it is.
        """
        if not self.path.exists():
            return {}
        cleaned = {name: clean(entry) for name, entry in read(self.path).items()}
        return {name: entry for name, entry in cleaned.items() if entry and ID.fullmatch(name)}

    def note(self, name: str, *, right: bool, sure: bool, given: Answer) -> Entry:
        """Keep an answer, and return its entry."""
        entries = self.entries()
        now = milliseconds()
        entries[name] = noted(entries.get(name), right=right, sure=sure, given=given, now=now)
        self._write(entries)
        return entries[name]

    def take(self, path: Path) -> tuple[int, int]:
        """Take a progress file over; return how many of its entries were newer, and how many not.

        Raises:
            UsageError: it is none, or an entry of it is broken. Nothing was changed then.
        """
        taken: dict[str, Entry] = {}
        for name, entry in read(path).items():
            good = clean(entry) if ID.fullmatch(name) else None
            if good is None:
                message = f"{path}: the entry {name[:60]!r} is broken. Nothing was changed."
                raise UsageError(message)
            taken[name] = good
        mine = self.entries()
        newer = {
            name: entry
            for name, entry in taken.items()
            if name not in mine or mine[name]["at"] < entry["at"]
        }
        self._write(mine | newer)
        return len(newer), len(taken) - len(newer)

    def _write(self, entries: Mapping[str, Entry]) -> None:
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(exported(entries), encoding="utf-8")
            beside.replace(self.path)
        except OSError as problem:
            message = f"{self.path}: cannot be written: {problem.strerror or problem}"
            raise UsageError(message) from problem
