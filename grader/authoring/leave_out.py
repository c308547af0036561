"""A training that is killed and resumed with chosen items of its state, and no learner's code.

The tests ask it whether leaving an item out is seen at all; the lessons' figures show what it does.
Both processes are real: one is killed by SIGKILL at a save position, another one goes on with
whatever of the state it is given.
"""

import os
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader import bits
from grader.bits import Field
from grader.diagnosis.transplant import is_exact
from grader.errors import MachineError
from grader.faults.lane import Lane
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.history import Bounds, Moment, Phase
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.workloads.workload import Workload

_ZERO_AT_FIRST = ("optimizer.step", "optimizer.moments")
_SEED = 0  # of the challenges: the same training in every test and figure


class Resumes:
    """The resumes of one workload, at any save position and with any part of the state.

    Attributes:
        baseline: the training that nobody killed.
    """

    def __init__(self, workload: Workload, servers: ForkServers, folder: Path) -> None:
        """Train the baseline once, in a folder below *folder*."""
        challenges = challenge_vector(_SEED, workload.steps, CHALLENGE_BYTES)
        self._subject = Subject(workload, None, "", challenges)
        self._lane = Lane(servers.pair, folder / "lane")
        self._lane.clear()
        self._states: dict[int, dict[str, list[Field]]] = {}
        self.baseline = run_once(self._subject, self._lane)
        self.positions = tuple(range(workload.save_every, workload.steps, workload.save_every))
        """Where a training can be resumed: after every save but the last."""

    def without(self, left_out: Collection[str], at: int) -> Phase:
        """Return the process that resumes at step *at* with all state items but *left_out*.

        Its steps hold the loss and the digest of every compared item. What is left out is as it is
        in a new process. Adam makes its count and its averages in the first step and begins with
        zeros; where one of the two is there it expects the other, so it gets the zeros from here.

        Raises:
            MachineError: the process did not come to the end; or the one before it was not killed
                where it should be.
        """
        state = self._state(at)
        given = {item: held for item, held in state.items() if item not in left_out}
        for item in _ZERO_AT_FIRST:
            if item in left_out:
                given[item] = [replace(one, data=bytes(len(one.data))) for one in state[item]]
        self._lane.clear()
        with tempfile.TemporaryFile() as exchange:
            exchange.write(bits.pack(given))
            exchange.flush()
            phase = run_once(
                self._subject, self._lane, 1, bounds=Bounds(at, at),
                exchange=exchange.fileno(), seek=at, write=list(given),
            )  # fmt: skip
        if phase.trouble or phase.start is None:
            message = f"a resume at step {at} without {sorted(left_out)} ended: {phase.trouble}"
            raise MachineError(message)
        return phase

    def exact(self, resumed: Phase) -> bool:
        """Say whether every step of a resumed process has the baseline's bits."""
        return is_exact(resumed, self.baseline)

    def holds(self, item: str, at: int) -> bool:
        """Say whether the state at step *at* has anything of *item*: a window may be closed."""
        return bool(self._state(at)[item])

    def _state(self, at: int) -> dict[str, list[Field]]:
        """Return what a process held at step *at*, which was killed right after."""
        if at not in self._states:
            self._lane.clear()
            with tempfile.TemporaryFile() as exchange:
                phase = run_once(
                    self._subject, self._lane, strike=Moment(at, "forward"),
                    exchange=exchange.fileno(), dump=at,
                )  # fmt: skip
                packed = os.pread(exchange.fileno(), os.fstat(exchange.fileno()).st_size, 0)
            if phase.struck is None:
                message = f"a training that was to be killed in step {at} was not: {phase.trouble}"
                raise MachineError(message)
            self._states[at] = bits.unpack(packed)
        return self._states[at]
