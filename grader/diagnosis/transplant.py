"""From the first difference to its cause: the transplant, which is the proof.

Run after the verdict is sealed; nothing here can raise it. A throw-away process resumes as the
learner's did, gets the baseline's items put in the place of its own, and runs on. If the rest is
then exact, those items were the cause; leaving one out at a time finds which of them are needed.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace

from grader import bits
from grader.bits import Field
from grader.diagnosis import save_seen
from grader.diagnosis.rules import Evidence
from grader.errors import GraderError
from grader.faults.lane import Lane
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, run_once
from grader.faults.trial import Trials
from grader.history import Bounds, Phase
from grader.verdict import Finding
from grader.workloads.workload import COMPARED

Items = dict[str, list[Field]]
_DUMP_MAX = 64 << 20


def examine(finding: Finding, subject: Subject, lane: Lane, baseline: Phase) -> Evidence:
    """Return the evidence on *finding*, with the proved items where a transplant makes it exact."""
    epoch_steps = subject.workload.batches
    bare = Evidence(finding, epoch_steps=epoch_steps)
    schedule = Schedule.parse(finding.schedule)
    if schedule.in_save:  # the files are at fault, not a forgotten item
        return replace(bare, save=save_seen.seen(Recordings(subject, lane), schedule))
    if finding.phase == 0 and not subject.workload.sampled:
        return bare
    surgery = _Surgery(finding, subject, lane, baseline)
    if not surgery.prepare():
        return bare
    if finding.kind != "trajectory":
        return replace(bare, floor=surgery.bounds.floor)
    return surgery.operate()


class _Surgery:
    """The processes that one diagnosis needs, all from the same checkpoint directory."""

    def __init__(self, finding: Finding, subject: Subject, lane: Lane, baseline: Phase) -> None:
        self.finding, self.lane, self.baseline = finding, lane, baseline
        self.subject = subject.under(Schedule.parse(finding.schedule))
        self.nobody = replace(subject, learner=None, calls="")
        self.trials = Trials(subject)
        self.number = finding.phase
        self.bounds = Bounds(0, 0)

    def prepare(self) -> bool:
        """Repeat the trial up to the process in question; keep what it finds on disk."""
        schedule = Schedule.parse(self.finding.schedule)
        if self.number == 0:  # order and noise come from the learner without any resume
            self.lane.clear()
            self.directory = self.lane.look(self.subject.limits)
            return True
        history = self.trials.approach(
            replace(schedule, strikes=schedule.strikes[: self.number]), self.lane
        )
        if not history.bounds:
            return False
        self.bounds = self._begun(history.bounds[-1])
        self.directory = self.lane.look(self.subject.limits, self.number)
        return True

    def _begun(self, bounds: Bounds) -> Bounds:
        """Return where the resume begins, where it may choose between two saves."""
        if bounds.floor == bounds.ceiling:
            return bounds
        phase = run_once(self.subject, self.lane, self.number, bounds=bounds, only_load=True)
        start = phase.start
        return Bounds(start, start) if start is not None and bounds.allow(start) else bounds

    def operate(self) -> Evidence:
        """Compare item by item right after the load, transplant, and leave out one at a time."""
        at = self.bounds.floor
        notes, found = self._state(self.subject, at)
        _, expected = self._state(self.nobody, at)
        _, fresh = self._state(self.nobody, at, seek=at)
        evidence = Evidence(
            self.finding,
            expected=expected,
            found=found,
            fresh=fresh,
            notes=notes,
            floor=at,
            epoch_steps=self.subject.workload.batches,
        )
        differing = [
            item
            for item in self.subject.workload.state
            if bits.digest(expected.get(item, ())) != bits.digest(found.get(item, ()))
            or (item == "noise" and self._may_be_noise())
        ]
        if not differing or not self._exact_with(differing, expected):
            return evidence
        needed = [
            item
            for item in differing
            if not self._exact_with([other for other in differing if other != item], expected)
        ]
        if needed != differing and not self._exact_with(needed, expected):
            return evidence  # two items can stand in for each other: no single cause is proved
        return replace(evidence, proved=tuple(needed))

    def _may_be_noise(self) -> bool:
        """Say whether noise may be the cause that looks right when it is asked for by itself."""
        return self.finding.item == "batch" or self.finding.item.startswith("rng.")

    def _state(
        self, subject: Subject, at: int, *, seek: int | None = None
    ) -> tuple[tuple[str, ...], Items]:
        """Return the probe's notes and all state items of a process that stands at step *at*."""
        self.lane.put(self.directory, self.number)
        start = at if subject.learner or seek else 0
        with tempfile.TemporaryFile() as exchange:
            phase = run_once(
                subject, self.lane, self.number, bounds=Bounds(start, at),
                exchange=exchange.fileno(), dump=at, seek=seek,
            )  # fmt: skip
            size = min(os.fstat(exchange.fileno()).st_size, _DUMP_MAX)
            packed = os.pread(exchange.fileno(), size, 0)
        try:
            return tuple(phase.notes), bits.unpack(packed)
        except GraderError:
            return tuple(phase.notes), {}

    def _exact_with(self, items: Sequence[str], expected: Items) -> bool:
        """Say whether the resume is exact once *items* are the baseline's."""
        self.lane.put(self.directory, self.number)
        with tempfile.TemporaryFile() as exchange:
            exchange.write(bits.pack({item: expected[item] for item in items}))
            exchange.flush()
            phase = run_once(
                self.subject, self.lane, self.number, bounds=self.bounds,
                exchange=exchange.fileno(), write=list(items),
            )  # fmt: skip
        return is_exact(phase, self.baseline)


def is_exact(phase: Phase, baseline: Phase) -> bool:
    """Say whether a process ended well and every step it ran has the baseline's bits."""
    if phase.trouble or phase.exit or phase.start is None:
        return False
    if any(len(step.digests) != len(COMPARED) for step in phase.steps):
        return False
    ours, theirs = (
        [(step.index, step.digests) for step in steps]
        for steps in (phase.steps, baseline.steps[phase.start :])
    )
    return ours == theirs
