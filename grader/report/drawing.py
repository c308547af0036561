"""What the picture shows: the losses of baseline, killed and resumed processes, as plain shapes.

Nothing here writes SVG: `page.html.j2` does, from these coordinates, so that every text passes
through its escaping. A step takes the room from its number to the next; its loss stands in the
middle, a save and the start of a resume at the edge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.faults.schedule import Schedule
from grader.history import History, Moment, Phase
from grader.workloads.workload import Workload

WIDTH, LEFT, RIGHT = 760, 54, 744
PLOT = 256  # height of the plot itself
ROW = 20  # height of one event's row above the plot
BELOW = 62  # room for ticks and numbers below it
_ROOM = 2.0  # a loss further than this many spans of the baseline from it is drawn at the edge
_INSIDE = {
    "start": 0.0, "forward": 0.25, "backward": 0.5, "optimizer": 0.65, "scheduler": 0.8,
    "step": 0.92, "saving": 0.94, "written": 0.96, "call": 0.96, "save": 1.0, "evaluating": 1.0,
    "evaluated": 1.0, "end": 0.0, "load": 0.0,
}  # fmt: skip
_TICKS_MAX = 13


@dataclass(frozen=True, slots=True)
class Point:
    """One loss in the picture; *off* where it is too far away and drawn at the edge."""

    x: float
    y: float
    step: int
    loss: float
    off: bool = False


@dataclass(slots=True)
class Line:
    """The losses of one process: *shape* and dash tell lines apart without colour."""

    name: str
    look: str
    shape: str
    points: list[Point] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened at one place of the step axis, on a row of its own above the plot.

    Attributes:
        kind: "kill", "told", "start" or "difference".
        flip: the label stands to the left of its place, where there is more room.
    """

    kind: str
    x: float
    y: float
    text: str
    flip: bool
    look: str = ""


@dataclass(slots=True)
class Drawing:
    """Everything that the picture shows."""

    top: float
    lines: list[Line] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    strikes: list[float] = field(default_factory=list)
    ticks_x: list[tuple[float, str]] = field(default_factory=list)
    ticks_y: list[tuple[float, str]] = field(default_factory=list)
    table: list[tuple[str, ...]] = field(default_factory=list)
    cut: bool = False

    @property
    def bottom(self) -> float:
        """The height of the step axis."""
        return self.top + PLOT

    @property
    def height(self) -> float:
        """The height of the whole picture."""
        return self.bottom + BELOW


class Scale:
    """From steps and losses to places in the picture."""

    def __init__(
        self, steps: int, top: float, baseline: Sequence[float], others: Sequence[float]
    ) -> None:
        """Fit the baseline, and whatever of the others is not far away from it."""
        self.steps, self.top = max(steps, 1), top
        low, high = min(baseline), max(baseline)
        span = (high - low) or 1.0
        near = [loss for loss in others if low - _ROOM * span <= loss <= high + _ROOM * span]
        self.low, self.high = min([low, *near]), max([high, *near])
        if self.low == self.high:
            self.low, self.high = self.low - 0.5, self.high + 0.5

    def x(self, position: float) -> float:
        """Return the place of a position on the step axis."""
        return round(LEFT + (RIGHT - LEFT) * position / self.steps, 1)

    def y(self, loss: float) -> float:
        """Return the height of a loss, at most the picture's own."""
        share = (loss - self.low) / (self.high - self.low)
        return round(self.top + PLOT * (1 - min(max(share, 0.0), 1.0)), 1)


def draw(
    workload: Workload,
    baseline: Phase,
    history: History | None,
    *,
    different: tuple[int, str] | None = None,
    tried: Sequence[Schedule] = (),
) -> Drawing | None:
    """Return the picture of a trial, or of a baseline with every kill that was *tried*.

    *different*: the first step that differs, and the label to put there.
    """
    phases = history.phases if history else []
    ours = [step.loss for step in baseline.steps if math.isfinite(step.loss)]
    if not ours:
        return None
    theirs = [s.loss for phase in phases for s in phase.steps if math.isfinite(s.loss)]
    events = _events(phases, different)
    scale = Scale(workload.steps, ROW * (max(len(events), 1) + 1), ours, theirs)
    drawing = Drawing(scale.top, [_line(baseline, scale, "baseline", "baseline", "none")])
    for number, phase in enumerate(phases):
        look = f"{'killed' if phase.struck else 'resumed'} p{number % 3}"
        name = _name(number, phase, len(phases))
        drawing.lines.append(_line(phase, scale, name, look, _SHAPES[number % 3]))
    for row, (kind, position, text, look) in enumerate(events, 1):
        flip = position > scale.steps * 0.55
        drawing.events.append(Event(kind, scale.x(position), ROW * row, text, flip, look))
    drawing.cut = any(point.off for line in drawing.lines for point in line.points)
    _axes(drawing, scale, workload)
    moments = {moment for schedule in tried for moment in schedule.strikes}
    moments |= {signal.at for schedule in tried for signal in schedule.signals}
    drawing.strikes = sorted({scale.x(_position(moment)) for moment in moments})
    drawing.table = _table(baseline, phases)
    return drawing


_SHAPES = ("circle", "square", "diamond")


def headings(phases: Sequence[Phase]) -> list[str]:
    """Return the names of the processes of a trial, as table and legend call them."""
    return [_name(number, phase, len(phases)) for number, phase in enumerate(phases)]


def _name(number: int, phase: Phase, count: int) -> str:
    role = "killed" if phase.struck else "told to leave" if phase.told else ""
    role = role or ("resumed" if number else "never killed")
    order = f"process {number + 1}, " if count > 1 else "your run, "
    return order + role


def _position(moment: Moment) -> float:
    return moment.step + _INSIDE[moment.mark]


def _line(phase: Phase, scale: Scale, name: str, look: str, shape: str) -> Line:
    line = Line(name, look, shape)
    piece: list[str] = []
    for step in phase.steps:
        if not math.isfinite(step.loss) or not 0 <= step.index < scale.steps:
            line.pieces.append(" ".join(piece))  # a loss that is no number leaves a gap
            piece = []
            continue
        off = not scale.low <= step.loss <= scale.high
        point = Point(scale.x(step.index + 0.5), scale.y(step.loss), step.index, step.loss, off)
        line.points.append(point)
        piece.append(f"{point.x},{point.y}")
    line.pieces = [held for held in [*line.pieces, " ".join(piece)] if held]
    return line


def _events(
    phases: Sequence[Phase], different: tuple[int, str] | None
) -> list[tuple[str, float, str, str]]:
    """Return (kind, position, label, look) of what happened, in its order."""
    events: list[tuple[str, float, str, str]] = []
    for number, phase in enumerate(phases):
        look = f"p{number % 3}"
        if number and phase.start is not None:
            text = f"process {number + 1} resumes at step {phase.start}"
            events.append(("start", phase.start, text, look))
        for at in phase.told:
            text = f"process {number + 1} told to leave in step {at.step}"
            events.append(("told", _position(at), text, look))
        if phase.struck:
            text = f"process {number + 1} killed in step {phase.struck.step}"
            events.append(("kill", _position(phase.struck), text, look))
        elif phase.trouble and phase.trouble.kind != "start" and phase.steps:
            events.append(("end", phase.position, f"process {number + 1} ended here", look))
    if different:
        events.append(("difference", different[0] + 0.5, different[1], ""))
    return events


def _axes(drawing: Drawing, scale: Scale, workload: Workload) -> None:
    drawing.saves = [
        scale.x(step + 1) for step in range(workload.steps) if workload.saves_after(step)
    ]
    drawing.epochs = [scale.x(epoch * workload.batches) for epoch in range(1, workload.epochs)]
    every = max(1, math.ceil(workload.steps / _TICKS_MAX))
    drawing.ticks_x = [(scale.x(at + 0.5), str(at)) for at in range(0, workload.steps, every)]
    levels = [scale.low + (scale.high - scale.low) * share / 4 for share in range(5)]
    drawing.ticks_y = [(scale.y(level), f"{level:.2f}") for level in levels]


def _table(baseline: Phase, phases: Sequence[Phase]) -> list[tuple[str, ...]]:
    """Return the picture as rows: step, baseline, each process; ≠ where the loss is another."""
    columns = [{step.index: step.loss for step in phase.steps} for phase in phases]
    rows = []
    for step in baseline.steps:
        cells = [
            "" if step.index not in column else _cell(column[step.index], step.loss)
            for column in columns
        ]
        rows.append((str(step.index), f"{step.loss:.6f}", *cells))
    return rows


def _cell(loss: float, expected: float) -> str:
    same = loss == expected or (math.isnan(loss) and math.isnan(expected))
    return f"{loss:.6f}" if same else f"≠ {loss:.6f}"
