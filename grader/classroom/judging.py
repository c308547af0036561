"""One submission, judged by a process of its own: whatever it does, the next one is not disturbed.

`judge` starts ``python -m grader.classroom.judging``, hands it a task as JSON and reads a record as
JSON. That process grades on one core, so that as many tasks as there are cores run beside each
other. It ends with its fork servers, and so does everything that it started.
"""

import base64
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from grader import course
from grader.course import Exercise
from grader.errors import GraderError
from grader.grade import Graded, Request, grade
from grader.process import tiers
from grader.report import machine, terminal
from grader.verdict import SECRET

RECORD = "exact-resume/record/1"
SECONDS_MAX = 900.0
"""So long one submission may take in all; every process in it has limits of its own."""

Record = dict[str, Any]
"""What is kept of one judged submission, as JSON; `judge` says what is in it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to judge.

    Attributes:
        exercise: its whole name.
        content: the bytes of the learner's file.
        seed: decides the challenge; secret, so that nobody can prepare for it.
        sandbox: one of `grader.process.tiers.NAMES`, which the caller knows to work here.
    """

    exercise: str
    content: bytes
    seed: int
    sandbox: str = "auto"


def judge(task: Task) -> Record:
    """Return the record of one submission; whatever goes wrong makes its verdict unknown.

    A record has the keys *schema*, *exercise*, *seed*, *verdict* (as
    `grader.report.machine.to_json` makes it), *report* (the same for people), *versions*,
    *machine*, *sandbox* and *seconds*.
    """
    began = time.monotonic()
    facts = asdict(task) | {"content": base64.b64encode(task.content).decode()}
    command = [sys.executable, "-P", "-s", "-m", "grader.classroom.judging"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=json.dumps(facts).encode(),
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
            start_new_session=True,  # Ctrl-C is for the class run to handle
        )
        record: Record = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        record = not_gradable(task, f"the judge did not finish within {SECONDS_MAX:g} s")
    except ValueError:
        said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        why = f"status {done.returncode}, {said[-1] if said else 'silent'}"
        record = not_gradable(task, f"the judge itself ended: {why}")
    record["seconds"] = round(time.monotonic() - began, 3)
    return record


def not_gradable(task: Task, why: str) -> Record:
    """Return the record of a submission that could not be judged; a person has to look."""
    exercise = course.find(task.exercise)
    total = sum(check.points for check in exercise.checks)
    verdict = {
        "schema": machine.SCHEMA, "verdict": "unknown", "exit_code": 3,
        "exercise": exercise.name, "file": "", "seed": task.seed, "mode": "", "device": "",
        "sandbox": task.sandbox, "whole": True,
        "reason": why, "diagnoses": [], "proved": [], "happened": "", "finding": None,
        "checks": [], "points": {"earned": 0, "undecided": total, "total": total},
        "counts": {"kills": 0, "resumes": 0, "reused": 0}, "stages": {}, "replay": "",
    }  # fmt: skip
    record = _record(task, verdict, f"UNKNOWN  {exercise.name}\n\n  {why}\n")
    return record | {"seconds": 0.0}


def _record(task: Task, verdict: dict[str, Any], report: str) -> Record:
    return {
        "schema": RECORD,
        "exercise": task.exercise,
        "seed": task.seed,
        "sandbox": task.sandbox,
        "verdict": verdict,
        "report": report,
        "versions": {
            "exact-resume": metadata.version("exact-resume"),
            "python": platform.python_version(),
            "torch": metadata.version("torch"),
            "numpy": metadata.version("numpy"),
        },
        "machine": {"system": platform.platform(), "processor": platform.machine()},
    }


def _judge_here(task: Task) -> Record:
    """Grade in this process, which does nothing else."""
    exercise = course.find(task.exercise)
    with tempfile.TemporaryDirectory(prefix="exact-resume-submission-") as folder:
        file = Path(folder, exercise.edit[0])
        file.write_bytes(task.content)
        file.chmod(0o644)  # whatever our umask: in a sandbox another user reads it
        sandbox = tiers.chosen(task.sandbox, trusted=True)
        graded = grade(Request(exercise, file, task.seed, sandbox=sandbox, cores=1))
    replay = _replay(graded, exercise)
    verdict = machine.to_json(graded, exercise, replay)
    graded.outcome = replace(graded.outcome, seed=SECRET)  # the report goes to the student
    record = _record(
        replace(task, sandbox=sandbox.name), verdict, terminal.render(graded, exercise, replay)
    )
    # The folder's name is another each time, and tells nobody anything.
    told: Record = json.loads(json.dumps(record).replace(f"{folder}/", ""))
    return told


def _replay(graded: Graded, exercise: Exercise) -> str:
    """Return what the student can type: the same fault, with a seed of their own."""
    finding = getattr(graded.outcome.verdict, "finding", None)
    fault = f" --fault {finding.schedule}" if finding else ""
    return f"grader run {exercise.name[:4]}{fault}"


def main() -> None:
    """Read a task, judge it, write the record; nothing else ever goes to standard output."""
    out = os.dup(1)
    os.dup2(2, 1)
    facts = json.load(sys.stdin)
    task = Task(
        facts["exercise"], base64.b64decode(facts["content"]), facts["seed"], facts["sandbox"]
    )
    try:
        record = _judge_here(task)
    except GraderError as problem:
        record = not_gradable(task, str(problem))
    with os.fdopen(out, "w", encoding="utf-8") as stream:
        json.dump(record, stream)


if __name__ == "__main__":
    main()
