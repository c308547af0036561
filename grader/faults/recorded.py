"""What a watched process did to its files, as data: the calls, and what lay there before each."""

from dataclasses import dataclass, replace

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import Snapshot
from grader.history import Bounds, Moment, Phase

DAMAGES = ("flip", "cut", "empty", "gone", "bit")
"""Losses that cost the newest whole checkpoint."""

_WHOLE_CALLS = 64
"""So many calls of a save are told in words; of more, the last ones."""


@dataclass(frozen=True, slots=True)
class Call:
    """One file call.

    Attributes:
        at: which call of which load or save it is.
        acknowledged, position: where the newest save stood that had returned, and the training.
        failed: it was made to fail.
        short: it was a write, and only a part of it was carried out.
        belated: it belongs to a save that returned early, and was made in the next one.
    """

    operation: Operation
    at: Moment
    acknowledged: int
    position: int
    failed: bool = False
    short: bool = False
    belated: bool = False

    def told(self) -> str:
        """Return in words what the call was to do, and what became of it."""
        end = ", which failed" if self.failed else ", which took only half" * self.short
        return self.operation.describe() + end


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one process did to the checkpoint directory.

    Attributes:
        phase: its life.
        before: where it was allowed to begin.
        calls: its file calls; ``snapshots[n]`` lay there right before ``calls[n]``, and the last
            snapshot when it had ended.
        rotten: position of the save whose files lost a bit while it ran, 0 for none.
    """

    phase: Phase
    before: Bounds
    calls: tuple[Call, ...]
    snapshots: tuple[Snapshot, ...]
    rotten: int = 0

    def group(self, moment: Moment) -> list[int]:
        """Return the numbers of all calls of the save, or the load, that *moment* is in."""
        mark = "call" if moment.mark == "save" else moment.mark
        return [
            number
            for number, call in enumerate(self.calls)
            if (call.at.step, call.at.mark) == (moment.step, mark)
        ]

    def number(self, moment: Moment) -> int | None:
        """Return the number of the call at *moment*, one past the last for its end; else None."""
        group = self.group(moment)
        if moment.mark == "save":
            return group[-1] + 1 if group else None
        if not group or moment.call > len(group):
            return None
        return group[0] + moment.call

    def ends(self) -> list[Moment]:
        """Return for every save that returned the moment at which all of its calls are done."""
        marks = dict.fromkeys(call.at.step for call in self.calls if call.at.mark == "call")
        return [Moment(step, "save") for step in marks]

    def bounds(self, moment: Moment, loss: str = "") -> Bounds:
        """Return where a resume may begin after a crash at *moment* with that *loss*.

        Where the newest whole checkpoint is damaged, it is the one before; where all that may be
        left are damaged, at the beginning; up to the ceiling then stand those too old to be there.
        """
        if loss.startswith("last."):
            last = [end for end in self.ends() if end.step <= moment.step][-int(loss[5:]) :]
            return Bounds(0, self.calls[self.group(last[0])[0]].position - 1)
        if moment.mark == "load":
            return self.before
        group = self.group(moment)
        first = self.calls[group[0]]
        floor = max(self.before.floor, self.phase.start or 0, first.acknowledged)
        finished = moment.mark == "save" or moment.call == len(group)
        if loss.startswith(DAMAGES):
            earlier = [call.acknowledged for call in self.calls if call.position < first.position]
            older = floor if finished else max(earlier, default=0)
            return Bounds(self._whole(older), first.position)
        if moment.mark == "save":
            floor = max(floor, first.position)
        return Bounds(self._whole(floor), max(floor, first.position))

    def _whole(self, floor: int) -> int:
        """Return *floor*, or the save before it where the disk has damaged that one."""
        if not self.rotten or floor != self.rotten:
            return floor
        return max(call.acknowledged for call in self.calls if call.position == floor)

    def cut(self, moment: Moment) -> Phase:
        """Return the process as if it had been killed at *moment*."""
        group = self.group(moment)
        position = self.calls[group[0]].position if group else 0
        acknowledged = position if moment.mark == "save" else self.calls[group[0]].acknowledged
        steps = [step for step in self.phase.steps if step.index < position]
        start = None if moment.mark == "load" else self.phase.start
        return replace(
            self.phase, start=start, steps=steps, acknowledged=acknowledged, struck=moment, exit=-9,
            trouble=None,
        )  # fmt: skip

    def told(self, moment: Moment) -> tuple[str, ...]:
        """Return in words the calls up to *moment*; the last is the one that never ran."""
        number = self.number(moment)
        group = self.group(moment)
        if number is None:
            return ()
        held = [at for at in group if at <= number]
        return tuple(self.calls[at].told() for at in held[-_WHOLE_CALLS:])
