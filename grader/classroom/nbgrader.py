"""Real verdicts in nbgrader: its gradebook, feedback and formgrader, without a learner's kernel.

In ``nbgrader_config.py``::

    from grader.classroom.nbgrader import configure
    configure(c, __file__)

`configure` puts `Judge` in the place of nbgrader's ``Execute``. A learner's cells become a module,
which is judged as any file is; what nbgrader reads are outputs that we wrote. A verdict that is
unknown goes to manual grading, never to 0.
"""

import os
import sys
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import preprocessors, utils
from traitlets import Unicode

from grader import course
from grader.classroom import cells, notebooks
from grader.classroom.class_run import Class
from grader.classroom.judging import Record
from grader.classroom.ledger import Ledger
from grader.classroom.submissions import Submission
from grader.course import Exercise
from grader.errors import UsageError
from grader.process import tiers

Done = tuple[NotebookNode, ResourcesDict]
_CONFIG = '''"""nbgrader's settings for this course; `nbgrader --help-all` explains all others."""

from grader.classroom.nbgrader import configure

c = get_config()  # noqa: F821 - nbgrader defines it
c.CourseDirectory.course_id = "exact-resume"
configure(c, __file__)
# Without a sandbox that works here, grading stops. If you trust every submission:
# c.Judge.sandbox = "none"
'''


class Judge(preprocessors.NbGraderPreprocessor):  # type: ignore[misc]
    """Judges a submission, and writes into its graded cells what nbgrader reads and people see."""

    results = Unicode("results", help="folder of the verdicts, one folder an exercise").tag(
        config=True
    )
    sandbox = Unicode("auto", help="auto takes the strongest that works here").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> Done:
        """Return the notebook with the verdict on each check as its cell's output.

        Raises:
            UsageError: no sandbox works here; nbgrader leaves the submission ungraded.
        """
        facts = resources["nbgrader"]
        exercise = course.find(facts["notebook"])
        record = self._record(exercise, facts["student"], nb)
        told = False
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if utils.is_grade(cell) and not utils.is_solution(cell):
                number = int(cell.metadata.nbgrader["grade_id"].rpartition("-")[2])
                cell.outputs = _outputs(record, number, whole=not told)
                cell.execution_count = number
                told = True
        return nb, resources

    def _record(self, exercise: Exercise, student: str, nb: NotebookNode) -> Record:
        """Return the verdict, from `grader class run` where that has judged these very bytes."""
        content = cells.module_of(nb).encode()
        submission = Submission(student, f"{exercise.name}.ipynb", content)
        tier = tiers.chosen(self.sandbox, trusted=self.sandbox == "none")
        ledger = Ledger.open(Path(self.results) / exercise.name)
        return Class(exercise, [submission], ledger, tier.name).verdict_on(submission)


class SaveGrades(preprocessors.SaveAutoGrades):  # type: ignore[misc]
    """Keeps an unknown check from being 0, or full marks: it needs a person."""

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        if any(output.output_type == "execute_result" for output in cell.outputs):
            return
        facts: dict[str, Any] = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            facts["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = None
        grade.needs_manual_grade = True
        self.gradebook.db.commit()


class DeduplicateIds(preprocessors.DeduplicateIds):  # type: ignore[misc]
    """Makes a copy of a graded cell an ordinary one, where nbgrader stops the whole batch.

    https://github.com/jupyter/nbgrader/issues/1083
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> Done:
        """Drop what nbgrader leaves empty, and would then call outdated."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


def configure(config: Any, file: str) -> None:  # noqa: ANN401 - traitlets' Config
    """Have nbgrader judge with us; *file* is its configuration file, which lies in the course."""
    ours = preprocessors
    config.Autograde.sanitize_preprocessors = [
        ours.ClearOutput, DeduplicateIds, ours.OverwriteKernelspec, ours.OverwriteCells,
        ours.CheckCellMetadata,
    ]  # fmt: skip
    config.Autograde.autograde_preprocessors = [
        Judge, ClearMetadataPreprocessor, ours.LimitOutput, SaveGrades,
        ours.AssignLatePenalties, ours.CheckCellMetadata,
    ]  # fmt: skip
    # A deleted cell comes back; by default it would wait for a person for ever.
    config.OverwriteCells.add_missing_cells = True
    # nbgrader starts `alembic` by name, which lies beside Python in an environment not activated.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    config.Judge.results = str(Path(file).resolve().parent / "results")


def init(folder: Path) -> list[Path]:
    """Make a course folder for nbgrader: its settings, and a source notebook for each exercise.

    Raises:
        UsageError: a course is there already.
    """
    settings = folder / "nbgrader_config.py"
    if settings.exists():
        message = f"{settings} exists; name another folder, or remove it to begin anew"
        raise UsageError(message)
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_text(_CONFIG, encoding="utf-8")
    made = [settings]
    for exercise in course.exercises():
        path = folder / "source" / exercise.name / f"{exercise.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebooks.source(exercise), encoding="utf-8")
        made.append(path)
    return made


def _outputs(record: Record, number: int, *, whole: bool) -> list[NotebookNode]:
    """Return the outputs of a check's cell; the first of them carries the whole report."""
    checks = record["verdict"]["checks"]
    check = checks[number - 1] if number <= len(checks) else None
    earned = None if check is None else check["earned"]
    if check is None:
        line = f"a person has to grade this: {record['verdict']['reason']}\n"
    else:
        points = "a person decides" if earned is None else f"{earned} of {check['points']} points"
        line = f"{check['verdict']}: {check['title']}: {points}\n"
    text = f"{line}\n{record['report']}" if whole else line
    outputs = [new_output("stream", name="stdout", text=text)]
    if earned is not None:
        # A plain float: nbgrader gives full marks for whatever it cannot read as a number.
        shown = {"text/plain": repr(float(earned))}
        outputs.append(new_output("execute_result", data=shown, execution_count=number))
    return outputs
