"""What is kept of a class: one record for each student, a secret key, and what people decided.

    results/key                    secret; seeds and file names follow from it
    results/records/<id>.json      the newest verdict on one student, older ones below "earlier"
    results/decisions.json         scores that a person gave, each with a reason

Files are replaced as a whole, and a record is on the disk before it counts: whoever is killed
while grading goes on with the same command, and nothing is graded twice. No name is in a file name.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.judging import Record
from grader.classroom.scores import Override
from grader.classroom.submissions import Submission
from grader.course import Exercise
from grader.errors import UsageError

_KEY_BYTES = 32
_ID_DIGITS = 16
_SEED_BITS = 48
_EARLIER_MAX = 20


@dataclass(frozen=True, slots=True)
class Ledger:
    """The results of one exercise, in a folder that only its owner may read."""

    folder: Path
    key: bytes

    @classmethod
    def open(cls, folder: Path) -> "Ledger":
        """Return the ledger of a folder, made if there is none.

        Raises:
            UsageError: the folder cannot be used.
        """
        try:
            (folder / "records").mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            path = folder / "key"
            if not path.exists():
                replace(path, secrets.token_hex(_KEY_BYTES))
                path.chmod(0o600)
            key = bytes.fromhex(path.read_text().strip())
        except (OSError, ValueError) as problem:
            message = f"{folder}: cannot keep results ({problem}); name another folder with --into"
            raise UsageError(message) from problem
        return cls(folder, key)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else grade into this folder meanwhile.

        Raises:
            UsageError: somebody does already.
        """
        with open(self.folder / "lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as problem:
                message = f"{self.folder}: another run grades into this folder; wait for its end"
                raise UsageError(message) from problem
            yield

    def id(self, student: str) -> str:
        """Return what stands for a student in file names; nobody can tell whom without the key."""
        return self._keyed(f"student {student}")[:_ID_DIGITS]

    def seed(self, exercise: Exercise, submission: Submission) -> int:
        """Return the secret seed of a submission; the same bytes of a student keep theirs."""
        text = f"seed {exercise.name} {submission.student} {submission.sha256}"
        return int(self._keyed(text), 16) % (1 << _SEED_BITS)

    def _keyed(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def record(self, student: str) -> Record | None:
        """Return the newest record on a student; None where there is none, or it is torn."""
        return _read(self._path(student))

    def records(self) -> list[Record]:
        """Return the newest record on every student, by name."""
        found = (_read(path) for path in (self.folder / "records").glob("*.json"))
        return sorted(filter(None, found), key=lambda record: str(record["student"]))

    def keep(self, record: Record) -> None:
        """Put a record in the place of the student's last one, which stays below "earlier"."""
        path = self._path(record["student"])
        last = _read(path)
        earlier = [*last.pop("earlier", []), last] if last else []
        replace(path, json.dumps(record | {"earlier": earlier[-_EARLIER_MAX:]}, indent=1))

    def decide(self, student: str, decision: Override) -> None:
        """Keep a score that a person gave."""
        decisions = self._decisions()
        decisions[student] = {
            "points": decision.points, "reason": decision.reason, "by": decision.by,
        }  # fmt: skip
        replace(self.folder / "decisions.json", json.dumps(decisions, indent=1, sort_keys=True))

    def decision(self, student: str) -> Override | None:
        """Return the score that a person gave a student."""
        held = self._decisions().get(student)
        return Override(**held) if held else None

    def _decisions(self) -> dict[str, Any]:
        return _read(self.folder / "decisions.json") or {}

    def _path(self, student: str) -> Path:
        return self.folder / "records" / f"{self.id(student)}.json"


def of_exercise(exercise: Exercise) -> str:
    """Return the hash of what decides a verdict on the course's side: judged anew if it changes."""
    digest = hashlib.sha256()
    for name in ("exercise.toml", "check.py", "calls.py"):
        digest.update((exercise.folder / name).read_bytes())
    return digest.hexdigest()


def replace(path: Path, text: str) -> None:
    """Put *text* in the place of a file, whole and durable, or leave the file as it was."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(beside, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) else None
