"""Is a class of a hundred graded whole, though killed ten times? About fifteen minutes."""

import csv
import random
import signal
import subprocess
import sys
from pathlib import Path

from grader import course
from grader.classroom.ledger import Ledger

EXERCISE = course.find("ex01")
KILLS, PATIENCE = 10, 40.0  # seconds to the latest kill of each run
EARNED = {
    "": ("passed", "10"),
    "missing_optimizer": ("failed", "3"),
    "epoch_off_by_one": ("failed", "3"),
    "starts_over": ("failed", "3"),
}
"""Diagnosis, and what a submission with it gets; "" is the worked solution."""

_EACH = 25


def _hand_in(folder: Path) -> dict[str, str]:
    """Write a hundred submissions, no two of the same bytes; return each student's diagnosis."""
    expected = {}
    for number in range(_EACH * len(EARNED)):
        name = list(EARNED)[number % len(EARNED)]
        source = EXERCISE.solution.parent / "mistakes" / f"{name}.py" if name else EXERCISE.solution
        student = f"student{number:03}"
        (folder / student).mkdir(parents=True)
        text = source.read_text() + f"\n# {student}\n"
        (folder / student / "checkpoint.py").write_text(text)
        expected[student] = name
    return expected


def test_killed_ten_times(tmp_path: Path) -> None:
    """The table is the expected one, and nobody who had a verdict is judged a second time."""
    expected = _hand_in(tmp_path / "in")
    results = tmp_path / "results"
    command = [sys.executable, "-m", "grader", "class", "run", str(tmp_path / "in")]
    command += ["--exercise", "ex01", "--into", str(results), "--jobs", "2"]
    chance = random.Random(7)  # noqa: S311 - moments, no secrets
    judged: dict[str, str] = {}
    for _ in range(KILLS):
        begun = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            begun.wait(chance.uniform(0.0, PATIENCE))
        except subprocess.TimeoutExpired:
            begun.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == begun.wait()
        now = {record["student"]: record["judged"] for record in Ledger.open(results).records()}
        assert judged.items() <= now.items()
        judged = now
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    rows = list(csv.DictReader((results / "scores.csv").read_text().splitlines()))
    found = {row["student"]: (row["diagnoses"], row["status"], row["points"]) for row in rows}
    assert {student: (name, *EARNED[name]) for student, name in expected.items()} == found
    records = list(Ledger.open(results).records())
    assert len(expected) == len(records)
    assert not [record["student"] for record in records if record.get("earlier")]
    assert judged.items() <= {one["student"]: one["judged"] for one in records}.items()
