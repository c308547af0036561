"""A training whose loop is the learner's: what they call, and what the judge sees of it."""

import os
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from grader.process.probe import Probe
from grader.workloads import whole_state
from grader.workloads.training import Training, WrongReturnError
from grader.workloads.workload import SAVED_INSIDE

_BYTE = 256


@dataclass(frozen=True, slots=True)
class Files:
    """Who writes and reads the checkpoint of such a training.

    Attributes:
        keeper: the built-in keeper, None for what stands here.
        kept: whether there is anybody: the baseline has nobody.
    """

    keeper: types.ModuleType | None
    kept: bool = True

    def load(self, training: Training, path: Path) -> bool:
        """Put a training back where its checkpoint stands; say if that is inside a step."""
        inside = False
        if self.keeper:
            self.keeper.resume(None, training, path)
        elif self.kept and path.exists():
            state = torch.load(path, weights_only=True)
            inside = state.pop("inside")
            training.parts_done = state.pop("parts_done")
            whole_state.put_back(training, state)
            training.sampled.at(training.step)
        return inside

    def save(
        self, training: Training, path: Path, written: Callable[[], None], *, inside: bool
    ) -> None:
        """Write a checkpoint; *written* is called before it takes the old one's place."""
        unfinished = path.with_suffix(".new")
        if self.kept and self.keeper is None:
            more = {"parts_done": training.parts_done, "inside": inside}
            torch.save({**whole_state.of(training), **more}, unfinished)
        written()
        if self.keeper:
            self.keeper.save(None, training, path)
        elif self.kept:
            os.replace(unfinished, path)


class Run:
    """The training, as the learner's loop has it. A save holds everything that changes."""

    def __init__(  # noqa: PLR0913, PLR0917 - made in one place
        self,
        training: Training,
        probe: Probe,
        path: Path,
        step: Callable[[int], None],
        stand: Callable[[], None],
        files: Files,
    ) -> None:
        """Stand before the first step; nothing is loaded."""
        self._training, self._probe, self._path = training, probe, path
        self._step, self._stand, self._files = step, stand, files
        self._loaded = self._inside = False
        self._saved = -1

    @property
    def finished(self) -> bool:
        """Whether every step is done, and the last evaluation, too."""
        return self._training.step == self._training.workload.steps and not self.parts_left

    @property
    def parts_left(self) -> int:
        """Parts that the evaluation after the last step still has; 0 where none is due."""
        training = self._training
        due = training.step > 0 and training.batches_done == 0
        return training.workload.parts - training.parts_done if due else 0

    @property
    def save_due(self) -> bool:
        """Whether the regular save after the last step is still to be made."""
        training = self._training
        due = training.step > 0 and training.workload.saves_after(training.step - 1)
        return due and self._saved != training.step

    def load(self) -> None:
        """Go on from the checkpoint, or from the beginning where there is none."""
        training = self._training
        if self._files.load(training, self._path):
            self._probe.note(SAVED_INSIDE)
        self._stand()
        self._loaded, self._saved = True, training.step
        self._probe.loaded(training.step)

    def train_step(self) -> None:
        """Train on the next batch."""
        training = self._training
        self._check("train_step", due=training.step < training.workload.steps)
        self._check("train_step", due=not self.parts_left)
        self._inside = True
        self._step(training.step)
        self._inside, training.parts_done = False, 0

    def evaluate_part(self) -> None:
        """Do the next part of an evaluation; it takes about as long as a step."""
        self._check("evaluate_part", due=self.parts_left > 0)
        training = self._training
        training.model.eval()
        with torch.no_grad():
            training.model(training.images_NF[training.parts_done :: training.workload.parts])
        training.model.train()
        training.parts_done += 1
        self._probe.mark(training.step - 1, "evaluating" if self.parts_left else "evaluated")

    def save(self) -> None:
        """Write a checkpoint of what stands now; it takes the old one's place when it is whole."""
        self._check("save", due=True)
        training, at = self._training, self._training.step - 1

        def mark(name: str) -> None:
            if at >= 0:  # before the first step there is nothing that could be lost
                self._probe.mark(at, name)

        mark("saving")
        self._files.save(training, self._path, lambda: mark("written"), inside=self._inside)
        self._saved = at + 1
        mark("save")

    def start_workers_with(self, start: Callable[[int], None]) -> None:
        """Call *start* first in each process that loads data."""
        self._training.sampled.start_worker = start

    def _check(self, call: str, *, due: bool) -> None:
        if not self._loaded:
            message = f"run.{call}() came before run.load(); load() must be called first"
            raise WrongReturnError(message)
        if not due:
            parts = (
                f", and {self.parts_left} parts of the evaluation are" if self.parts_left else ""
            )
            message = f"run.{call}() came where it is not due{parts}; what is due must come first"
            raise WrongReturnError(message)


def drive(run: Run) -> int:
    """Train to the end as the baseline and the keeper do: nobody tells them to leave."""
    run.load()
    while not run.finished:
        if run.parts_left:
            run.evaluate_part()
        else:
            run.train_step()
        if run.save_due:
            run.save()
    return 0


def exit_code(train: Callable[[], object], run: Run, ended: Callable[[], None]) -> int:
    """Return what a loop returns; *ended* is called where the training is over.

    Raises:
        WrongReturnError: it returned no exit code.
    """
    try:
        code = train()
    except SystemExit:
        if run.finished:
            ended()
        raise
    if not isinstance(code, int) or isinstance(code, bool) or not 0 <= code < _BYTE:
        message = f"train() returned {code!r}; it must return an exit code, a number from 0 to 255"
        raise WrongReturnError(message)
    if run.finished:
        ended()
    return code
