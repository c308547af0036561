"""Wrong: what wakes it is any signal, and the end of a child is one."""

import os
import select
import signal
from typing import Protocol

REQUEUE = 75  # "temporary failure, try again later": EX_TEMPFAIL of sysexits.h


class Run(Protocol):
    """The training that your loop is given. It saves and loads everything that changes."""

    finished: bool  # every step is done, and the last evaluation, too
    parts_left: int  # of the evaluation that is due, else 0; may be above 0 right after load()
    save_due: bool  # the regular save after the last step is still to be made

    def load(self) -> None:
        """Go on from the checkpoint, or from the beginning where there is none."""

    def train_step(self) -> None:
        """Train on the next batch."""

    def evaluate_part(self) -> None:
        """Do the next part of the evaluation; it takes about as long as a step."""

    def save(self) -> None:
        """Write a checkpoint of what stands now; it takes the old one's place when it is whole."""


class PreemptionGuard:
    """Hears SIGTERM and SIGUSR1 from the moment on at which it is made, and remembers.

    A second signal, or a tenth, changes nothing.
    """

    def __init__(self) -> None:
        """Begin to listen."""
        self.woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, self._hear)

    def _hear(self, _number: int, _frame: object) -> None:
        pass

    def should_stop(self) -> bool:
        """Say whether somebody has told this process to leave."""
        return bool(select.select([self.woken], [], [], 0)[0])


def start_worker(_worker_id: int) -> None:
    """Called first in each process that loads data, with its number.

    Where SIGTERM goes to a whole group of processes they get it, too. They go on loading: the
    training needs the next batch, and they end when it does.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def train(run: Run) -> int:
    """Train until all is finished or somebody says to leave; return the exit code.

    *run* is loaded first. Then come its steps and, after each epoch, the parts of the evaluation,
    which must be done before the next step. Where a save is due it comes right after the step,
    before its epoch's evaluation. Whoever is told to leave finishes at most the step or the part
    that is under way, saves, and goes with `REQUEUE`. Where all is finished the code is 0, whatever
    was heard.
    """
    guard = PreemptionGuard()
    run.load()
    while not run.finished:
        if run.parts_left:
            run.evaluate_part()
        else:
            run.train_step()
        if guard.should_stop() and not run.finished:
            run.save()
            return REQUEUE
        if run.save_due:
            run.save()
    return 0
