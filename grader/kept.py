"""What stays of a grading: a run's folder with its reports, and the command that repeats it."""

import json
import shlex
from pathlib import Path

from grader import workspace
from grader.course import Exercise
from grader.report import machine, terminal, webpage
from grader.report.story import Graded
from grader.store import Store
from grader.verdict import Failed


def again(graded: Graded, exercise: Exercise, file: Path, own: Path | None = None) -> str:
    """Return the command that repeats a grading; of a failure, its counterexample alone.

    *own* is the file that is graded where none is named.
    """
    outcome = graded.outcome
    chosen = f" --file {shlex.quote(str(file))}"
    if file == exercise.solution:
        chosen = " --solution"
    elif file == (own or workspace.own_file(exercise)):
        chosen = ""
    verdict = outcome.verdict
    fault = f" --fault {verdict.finding.schedule}" if isinstance(verdict, Failed) else ""
    sampled = " --sampled" if outcome.mode == "sampled" else ""
    sampled = f" --device {outcome.device}" if outcome.device else sampled
    short = exercise.name[:4]
    return f"{workspace.command()} run {short}{chosen} --seed {outcome.seed}{fault}{sampled}"


def keep(graded: Graded, exercise: Exercise, replay: str, runs: Store) -> str:
    """Write the reports of a grading into a new run; return where its page is, as shown here."""
    command = workspace.command()
    folder = runs.begin(exercise.name)
    page = workspace.shown(folder / "report.html")
    files = {
        "verdict.json": json.dumps(machine.to_json(graded, exercise, replay), indent=2),
        "report.txt": terminal.render(graded, exercise, replay, page, command=command),
        "report.html": webpage.render(graded, exercise, replay, command=command),
    }
    runs.write(folder, files)
    return page
