"""Does `grader.check` in a cell grade the functions as they stand? In a real kernel, unsaved."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import grader
from grader import course
from grader.errors import UsageError

EXERCISE = course.find("ex01")


@pytest.mark.filterwarnings("ignore")  # of Jupyter's own libraries
def test_the_notebook_of_an_exercise(tmp_path: Path) -> None:
    """A stub earns nothing; the same notebook with the solution run in it earns what it should."""
    command = [
        sys.executable,
        "-m",
        "grader",
        "start",
        "ex01",
        "--notebook",
        "--into",
        str(tmp_path),
    ]
    started = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "ex01_first_checkpoint.ipynb" in started.stdout
    path = tmp_path / EXERCISE.name / f"{EXERCISE.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "X = [print('an experiment')]\n" + EXERCISE.solution.read_text()

    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()

    earned = [cell.outputs[-1]["data"]["text/plain"] for cell in notebook.cells[2:]]
    assert [f"{float(check.points)!r}" for check in EXERCISE.checks] == earned
    printed = [cell.outputs[0]["text"] for cell in notebook.cells[2:]]
    assert all(text.startswith("passed: ") for text in printed)
    saved = nbformat.read(path, as_version=4)
    assert "NotImplementedError" in saved.cells[1].source  # what was graded was never saved


def test_elsewhere_it_says_what_to_type() -> None:
    """In a terminal there are no cells."""
    with pytest.raises(UsageError, match="grader run ex01"):
        grader.check("ex01")
    with pytest.raises(UsageError, match="checks 1 to 4"):
        grader.check("ex01", 9)
