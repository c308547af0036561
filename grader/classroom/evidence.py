"""The evidence for one verdict, as a zip: whoever has it can judge again, offline, and compare.

It holds the bytes that were graded, the record with seed, versions, machine and finding, and the
verdicts before. The seed is in it: it goes to whoever decides an appeal, not to the student.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from grader.classroom.class_run import word
from grader.classroom.judging import Record, Task, judge
from grader.errors import UsageError

_RECORD, _FILE = "record.json", "checkpoint.py"
_TIME = (1980, 1, 1, 0, 0, 0)  # a zip must say some time; the record has the true one
_MAX = 16 << 20
_VARIES = ("stages", "counts")
"""What differs between two runs of the same verdict: times, and how far each lane came."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What was said, what is said now, and whether that is the same."""

    student: str
    before: str
    now: str
    same: bool


def bundle(record: Record) -> bytes:
    """Return the evidence on a record, the same bytes for the same record.

    Raises:
        UsageError: nothing was graded.
    """
    if not record["sha256"]:
        message = f"{record['student']}: nothing was graded ({record['trouble']})"
        raise UsageError(message)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        text = json.dumps(record, indent=1, sort_keys=True)
        made.writestr(zipfile.ZipInfo(_RECORD, _TIME), text)
        made.writestr(zipfile.ZipInfo(_FILE, _TIME), _content(record))
    return out.getvalue()


def rejudge(evidence: bytes, name: str, sandbox: str) -> Rejudged:
    """Judge the same bytes with the same seed, and compare everything that was found.

    Raises:
        UsageError: this is no evidence, or its bytes are not those that were graded.
    """
    record = _read(evidence, name)
    content = _content(record)
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        message = f"{name}: the file in it is not the one that was graded; its hash is another"
        raise UsageError(message)
    now = judge(Task(record["exercise"], content, record["seed"], sandbox))
    same = _found(record["verdict"]) == _found(now["verdict"])
    return Rejudged(record["student"], word(record), word(now), same)


def _content(record: Record) -> bytes:
    text: str = record["content"]
    return text.encode("utf-8", "surrogateescape")


def _found(verdict: dict[str, Any]) -> dict[str, Any]:
    return {key: held for key, held in verdict.items() if key not in _VARIES}


def _read(evidence: bytes, name: str) -> Record:
    try:
        with zipfile.ZipFile(io.BytesIO(evidence)) as opened:
            held = json.loads(opened.open(_RECORD).read(_MAX))
        return {key: held[key] for key in ("student", "exercise", "seed", "content", "sha256")} | {
            "verdict": held["verdict"]
        }
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, TypeError) as problem:
        message = f"{name}: no evidence of ours ({problem}); grader class evidence makes one"
        raise UsageError(message) from problem
