"""Grading by pytest, so that an editor shows the checks in its test pane: one test a check.

``pytest`` finds ``answers/exNN_…/checkpoint.py`` and never imports it; the first of its tests that
runs grades the file, the others take their verdicts from that grading. A check that failed is a
test that failed, and the report is its text. A check about which nothing can be said is an *error*,
as pytest calls it when a test could not be prepared: it is not the learner's failure, and it is not
skipped either, since pytest calls a session with skipped tests a success.

In other projects this is one look at a path, and nothing more is imported.
"""

import re
import secrets
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.grade import Graded

_FOLDER = re.compile(r"ex\d\d_[a-z0-9_]+")  # as an exercise's; grader.course is imported later
_ANSWERS = "answers"
_SEED_BITS = 48  # as many as `grader run` takes


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Take an answer instead of whoever would import it, as pytest itself does when it is named."""
    collected = yield
    folder = file_path.parent
    if folder.parent.name != _ANSWERS or not _FOLDER.fullmatch(folder.name):
        return collected
    from grader import course  # noqa: PLC0415 - other projects do not pay for it

    for exercise in course.exercises():
        if exercise.name == folder.name and file_path.name in exercise.edit:
            answer = Answer.from_parent(parent, path=file_path)
            answer.exercise = exercise
            return [answer]
    return collected


class NotGradedError(Exception):
    """Nothing can be said about a check; the message is the report."""


class NotExactError(Exception):
    """A check failed; the message is the report."""


class Answer(pytest.File):
    """A learner's file: a test for every check of its exercise."""

    exercise: "Exercise"

    def collect(self) -> Iterator[pytest.Item]:
        """Return the checks, by their titles; nothing is graded yet."""
        for check in self.exercise.checks:
            yield Promise.from_parent(self, name=check.title)

    @cached_property
    def graded(self) -> "tuple[Graded, str]":
        """Grade the file, keep the run as ``grader run`` does, and say where its page is."""
        from grader import doctor, grade, kept, workspace  # noqa: PLC0415
        from grader.store import Store  # noqa: PLC0415

        seed, mode = secrets.randbits(_SEED_BITS), doctor.mode()[0]
        graded = grade.grade(grade.Request(self.exercise, self.path, seed, mode=mode))
        replay = kept.again(graded, self.exercise, self.path, own=self.path)
        runs = Store(self.path.parents[2] / workspace.RUNS)
        return graded, kept.keep(graded, self.exercise, replay, runs)

    def report(self, title: str) -> tuple[str, str]:
        """Return the verdict on one check as a word, and the report that tells of it first."""
        from grader import kept, workspace  # noqa: PLC0415
        from grader.report import terminal  # noqa: PLC0415

        graded, page = self.graded
        checks = graded.outcome.checks
        first = [check for check in checks if check.title == title]
        others = [check for check in checks if check.title != title]
        told = replace(graded, outcome=replace(graded.outcome, checks=(*first, *others)))
        replay = kept.again(told, self.exercise, self.path, own=self.path)
        command = workspace.command()
        text = terminal.render(told, self.exercise, replay, page, command=command)
        return first[0].verdict.word if first else "unknown", text


class Promise(pytest.Item):
    """One check of an exercise as a test."""

    parent: Answer

    def setup(self) -> None:
        """Grade the file, unless that was done; nothing to be said is an error here."""
        word, text = self.parent.report(self.name)
        if word == "unknown":
            raise NotGradedError(text)

    def runtest(self) -> None:
        """Fail as the check did."""
        word, text = self.parent.report(self.name)
        if word == "failed":
            raise NotExactError(text)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401 - pytest's own; a report has one style
    ) -> Any:  # noqa: ANN401 - a text, or whatever pytest makes of an error that is not ours
        """Return the report as it is, without a traceback of ours."""
        from grader.errors import GraderError  # noqa: PLC0415

        if isinstance(excinfo.value, NotExactError | NotGradedError | GraderError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the test is: the learner's file, whose first line an editor opens."""
        return self.path, 0, self.name
