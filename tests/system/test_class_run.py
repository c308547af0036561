"""Is a class graded whole, however often the run is killed, and whoever works on it?

The class is made of answers that are wrong at import or not begun: their verdicts come quickly.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from grader import course
from grader.classroom import class_run
from grader.classroom.class_run import Class
from grader.classroom.handed_in import FILE_MAX
from grader.classroom.ledger import Ledger
from grader.classroom.submissions import Submission
from grader.process import tiers

EXERCISE = course.find("ex01")
STUDENTS = 2


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """Return a folder of submissions; two are the same file, one is no file."""
    folder = tmp_path / "handed in"
    for number in range(STUDENTS):
        place = folder / f"student{number}"
        place.mkdir(parents=True)
        text = f"raise RuntimeError({number // 2})\n"
        (place / "checkpoint.py").write_text(text)
    (folder / "linked").mkdir()
    (folder / "linked" / "checkpoint.py").symlink_to("/etc/passwd")
    return folder


def command(handed_in: Path, results: Path, *words: str) -> list[str]:
    program = [sys.executable, "-m", "grader", "class", "run", str(handed_in)]
    return [*program, "--exercise", "ex01", "--into", str(results), *words]


def run(handed_in: Path, results: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(handed_in, results, *words), capture_output=True, text=True, check=False
    )


def records(results: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in (results / "records").glob("*.json")]


def test_killed_at_any_moment_it_goes_on(handed_in: Path, tmp_path: Path) -> None:
    """The table is that of a run that nobody killed; no verdict is lost, none is made twice."""
    whole, results = tmp_path / "whole", tmp_path / "results"
    done = run(handed_in, whole, "--jobs", "2")
    assert done.returncode == 3, done.stderr
    assert "linked: it is a link" in done.stdout
    begun = subprocess.Popen(
        command(handed_in, results, "--jobs", "1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while begun.poll() is None and not any(held["sha256"] for held in records(results)):
        time.sleep(0.1)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    kept = {record["student"]: record["judged"] for record in records(results)}
    assert len(kept) == STUDENTS  # one of the two, and the one that is no file
    done = run(handed_in, results, "--jobs", "1")
    assert done.returncode == 3, done.stderr

    assert (whole / "scores.csv").read_text() == (results / "scores.csv").read_text()
    again = {record["student"]: record["judged"] for record in records(results)}
    assert kept == {student: again[student] for student in kept}
    assert not [record for record in records(results) if record["earlier"]]
    assert "judged 0 of 0" in run(handed_in, results).stderr


def typed(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command for instructors, and see how it ends."""
    program = [sys.executable, "-m", "grader", "class", *words]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done


def test_a_verdict_can_be_defended(handed_in: Path, tmp_path: Path) -> None:
    """Its evidence is judged to the same verdict again; forged evidence is refused, and so is none.

    A changed file is judged anew, the old verdict is kept, and a person's score stands beside both.
    """
    results, bundle, exported = tmp_path / "results", tmp_path / "one.zip", tmp_path / "out"
    (handed_in / "student1" / "checkpoint.py").unlink()
    run(handed_in, results)
    assert 0o700 == results.stat().st_mode & 0o777
    assert 0o600 == (results / "key").stat().st_mode & 0o777
    assert not [path for path in results.rglob("*") if "student" in path.name]

    typed("evidence", str(results), "student0", "--out", str(bundle))
    assert "the same verdict" in typed("rejudge", str(bundle)).stdout
    with zipfile.ZipFile(bundle) as opened:
        record = json.loads(opened.read("record.json"))
    assert str(record["seed"]) not in record["report"]
    with zipfile.ZipFile(bundle, "w") as forged:
        forged.writestr("record.json", json.dumps(record | {"content": "pass\n"}))
    refused = typed("rejudge", str(bundle), code=2)
    assert "not the one that was graded" in refused.stderr
    refused = typed("evidence", str(results), "linked", "--out", str(bundle), code=2)
    assert "nothing was graded" in refused.stderr

    (handed_in / "student0" / "checkpoint.py").write_text("save = 3\n")
    run(handed_in, results)
    words = typed("regrade", str(results), "--exercise", "1", code=3).stdout
    assert "No verdict has changed" in words
    record = next(held for held in records(results) if held["student"] == "student0")
    assert "cannot_import" == class_run.word(record["earlier"][0])
    typed("override", str(results), "student0", "4", "--because", "ill", "--by", "me")
    assert '"4","10"' in (results / "scores.csv").read_text()
    refused = typed("override", str(results), "student0", "11", "--because", "ill", code=2)
    assert "0 to 10" in refused.stderr

    exported.mkdir()
    for name in ("csv", "junit", "gradescope", "prairielearn", "reports"):
        typed("export", str(results), "--to", name, "--out", str(exported / name))
    typed("export", str(results), "--to", "canvas", "--out", str(exported), code=2)


def test_deadlines_of_the_command(tmp_path: Path) -> None:
    """Late is told; an extension is one student's own, a grace everybody's."""
    for name in ("early", "grace", "late", "ill"):
        file = tmp_path / "in" / name / "checkpoint.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(FILE_MAX + 1))  # judged by nobody, so the verdict comes at once
        minute = {"early": -1, "grace": 9, "late": 11, "ill": 60 * 24}[name]
        moment = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() + 60 * minute
        os.utime(file, (moment, moment))
    longer = tmp_path / "longer.csv"
    longer.write_text("student,due\nill,2026-03-08T12:00:00\n")
    results = tmp_path / "results"
    words = ("--due", "2026-03-01T12:00:00", "--grace", "10", "--extensions", str(longer))
    done = run(tmp_path / "in", results, *words)
    assert done.returncode == 3, done.stderr
    rows = csv.DictReader((results / "scores.csv").read_text().splitlines())
    assert ["late"] == [row["student"] for row in rows if row["late"]]
    done = run(tmp_path / "in", results, "--extensions", "gone.csv")
    assert done.returncode == 2
    assert "gone.csv" in done.stderr


@pytest.mark.filterwarnings("ignore")  # Dask's own, about ports and processes
def test_a_worker_of_a_cluster_dies(tmp_path: Path) -> None:
    """Its task goes to the other one: everybody has one verdict."""
    contents = [f"raise RuntimeError({number})\n".encode() for number in range(STUDENTS)]
    submissions = [
        Submission(f"student{number}", "checkpoint.py", content)
        for number, content in enumerate(contents)
    ]
    ledger = Ledger.open(tmp_path)
    group = Class(EXERCISE, submissions, ledger, tiers.chosen("auto").name)
    killed: list[int] = []

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        workers = client.run(os.getpid)

        def watch(state: class_run.State) -> None:
            if state.done and not killed:
                killed.append(next(iter(workers.values())))
                os.kill(killed[0], signal.SIGKILL)

        state = group.run(client.get_executor(pure=False, retries=3), watch)

    assert killed
    assert (STUDENTS, STUDENTS) == (state.done, len(records(tmp_path)))
    assert not [record for record in records(tmp_path) if record["earlier"]]
    assert {"cannot_import": STUDENTS} == state.words
