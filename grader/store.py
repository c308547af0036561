"""Where a run's reports lie: runs/<exercise>/<time>/, and a link ``latest`` to the newest.

    runs/ex01_first_checkpoint/2026-03-01T09-30-00/{verdict.json,report.txt,report.html,...}
    runs/ex01_first_checkpoint/latest -> 2026-03-01T09-30-00

Every file is complete or absent: it is written beside its name and then renamed. Nothing outside
the runs folder is ever written or removed, whatever a name or a link there says.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.errors import GraderError

KEPT_MAX = 20
"""Runs of one exercise that are kept; a report with its page is some 50 KB."""

VERDICT = "verdict.json"
FOUND = "found.json"
"""Schedules that a search has found for an exercise, the newest first, beside its runs."""
HINTS = "hints.json"
"""How many hints were given on which failure, beside the runs of an exercise."""
LATEST = "latest"
_EXERCISE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_RUN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?:-(\d{1,4}))?")


class StoreError(GraderError):
    """The runs folder cannot be used as asked; the message says which path, and why."""


@dataclass(frozen=True, slots=True)
class Store:
    """The runs of all exercises, below one folder that is made when it is first needed."""

    folder: Path

    def begin(self, exercise: str, now: datetime | None = None) -> Path:
        """Make and return the folder of a new run, so that its report can name its own path.

        Raises:
            StoreError: the name is none of an exercise, or the folder cannot be made.
        """
        home = self._home(exercise)
        stamp = (now or datetime.now().astimezone()).strftime("%Y-%m-%dT%H-%M-%S")
        number = 1
        while True:
            run = home / (stamp if number == 1 else f"{stamp}-{number}")
            try:
                run.mkdir(parents=True)
            except OSError as problem:
                if os.path.lexists(run):  # another run began within this second
                    number += 1
                    continue
                message = f"{run}: cannot be made: {problem.strerror or problem}"
                raise StoreError(message) from problem
            return run

    def write(self, run: Path, files: Mapping[str, str | bytes]) -> None:
        """Write *files* into a run that `begin` made, point ``latest`` at it, drop the oldest.

        Raises:
            StoreError: *run* is no run of this store, a name is not plain, or writing fails.
        """
        home = self._home(run.parent.name)
        if run.parent != home or not _is_run(run):
            message = f"{run}: is no run below {self.folder}"
            raise StoreError(message)
        for name, content in files.items():
            if not _FILE.fullmatch(name):
                message = f"{name!r}: a file of a run has a plain name, without folders"
                raise StoreError(message)
            try:
                _replace(run / name, content)
            except OSError as problem:
                message = f"{run / name}: cannot be written: {problem.strerror or problem}"
                raise StoreError(message) from problem
        _point_latest(home, run.name)
        self._drop_oldest(run)

    def runs(self, exercise: str) -> list[Path]:
        """Return the folders of all runs of *exercise*, the oldest first."""
        try:
            return sorted(filter(_is_run, self._home(exercise).iterdir()), key=_age)
        except OSError:
            return []

    def latest(self, exercise: str) -> Path | None:
        """Return the folder of the newest run, None where there is none.

        A link that is broken or leads elsewhere is not followed: the newest folder counts then.
        """
        home = self._home(exercise)
        try:
            linked = home / (home / LATEST).readlink()
        except OSError:
            linked = home / LATEST
        if linked.parent == home and _is_run(linked):
            return linked
        return next(reversed(self.runs(exercise)), None)

    def verdict(self, run: Path) -> dict[str, Any]:
        """Return a run's stored verdict.json, empty where it is missing or broken."""
        try:
            stored = json.loads((run / VERDICT).read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def passed(self, exercise: str, file: Path | None = None) -> bool:
        """Say whether a stored run of *exercise* passed every check, as a whole.

        A replay of one fault is no pass. With *file*, only the runs of that file count.
        """
        stored = (self.verdict(run) for run in self.runs(exercise))
        return any(
            held.get("verdict") == "passed"
            and held.get("whole") is not False
            and (file is None or _same_file(held.get("file"), file))
            for held in stored
        )

    def found(self, exercise: str) -> list[str]:
        """Return the ids of the schedules that searches have found, the newest first."""
        stored = self._beside(exercise, FOUND)
        return [one for one in stored if isinstance(one, str)] if isinstance(stored, list) else []

    def remember(self, exercise: str, schedule: str) -> None:
        """Keep the id of a schedule that a search has found; the oldest of many is forgotten.

        Raises:
            StoreError: the exercise's folder of runs cannot be written.
        """
        known = list(dict.fromkeys([schedule, *self.found(exercise)]))[:KEPT_MAX]
        self._put_beside(exercise, FOUND, known)

    def hints(self, exercise: str) -> tuple[str, int]:
        """Return which failure hints were last given on, and how many."""
        match self._beside(exercise, HINTS):
            case [str(about), int(count)]:
                return about, count
            case _:
                return "", 0

    def note_hints(self, exercise: str, about: str, count: int) -> None:
        """Keep how many hints were given on a failure.

        Raises:
            StoreError: the exercise's folder of runs cannot be written.
        """
        self._put_beside(exercise, HINTS, [about, count])

    def _beside(self, exercise: str, name: str) -> object:
        """Return what lies beside the runs of an exercise; None where that is missing or broken."""
        try:
            return json.loads((self._home(exercise) / name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def _put_beside(self, exercise: str, name: str, held: object) -> None:
        path = self._home(exercise) / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, json.dumps(held))
        except OSError as problem:
            message = f"{path}: cannot be written: {problem.strerror or problem}"
            raise StoreError(message) from problem

    def _home(self, exercise: str) -> Path:
        if not _EXERCISE.fullmatch(exercise):
            message = f"{exercise!r}: is no exercise's name, so it gets no folder in {self.folder}"
            raise StoreError(message)
        home = self.folder / exercise
        if home.is_symlink():
            message = f"{home}: is a link; remove it, runs are kept in real folders"
            raise StoreError(message)
        return home

    def _drop_oldest(self, newest: Path) -> None:
        """Keep the newest runs; among them always this one and, if there is one, the last pass."""
        runs = [run for run in self.runs(newest.parent.name) if run != newest]
        passes = [run for run in runs if self.verdict(run).get("verdict") == "passed"]
        # Passed once is passed: later experiments must not make `grader next` go back.
        precious = passes[-1:]
        others = [run for run in runs if run not in precious]
        kept = KEPT_MAX - 1 - len(precious)
        for run in others[: max(len(others) - kept, 0)]:
            shutil.rmtree(run, ignore_errors=True)


def _is_run(path: Path) -> bool:
    return bool(_RUN.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _age(run: Path) -> tuple[str, int]:
    found = _RUN.fullmatch(run.name)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def _same_file(stored: object, file: Path) -> bool:
    return isinstance(stored, str) and Path(stored).resolve() == file.resolve()


def _replace(path: Path, content: str | bytes) -> None:
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _point_latest(home: Path, name: str) -> None:
    beside = home / f".{LATEST}.{os.getpid()}"
    try:
        beside.unlink(missing_ok=True)
        beside.symlink_to(name)
        beside.replace(home / LATEST)
    except OSError:
        # No links on this file system, or a folder stands there: `latest` finds the newest itself.
        beside.unlink(missing_ok=True)
