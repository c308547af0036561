"""The figures of the lessons: what a resume looks like that has forgotten a part of the state.

The body of a fence is a unit's name. What they draw is
captured/runs.json, written by `course_site.captures` from real processes. Each figure is complete
without JavaScript: templates/figure.html.j2 draws it, and explorer.js only sets it anew.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from course_site.rendering import fence, lesson_of, render

from grader.errors import CourseError
from grader.lessons import Lesson
from grader.report import words

WIDTH, LEFT, RIGHT = 520, 46, 512
ROW = 24  # height of one event's row above the plot
TOP, BOTTOM = 3 * ROW + 16, 256
APART, APART_MAX = BOTTOM + 84, 26  # the line of no difference, and the longest bar from it
HEIGHT = APART + APART_MAX + 6
FLIP = (175, 345)  # from here a label has room to its left; from here it has none to its right
_TICKS_MAX = 8
_STEP = 56  # room for the word at the end of the step axis
SENTENCES = {
    "exact": "{left_out}. Killed in step {kill}, resumed at step {at}: "
    "the same training, bit for bit.",
    "differs": "{left_out}. Killed in step {kill}, resumed at step {at}. "
    "First to differ: {item}, in step {first}.",
    "loss": " The first loss that differs is that of step {step}: {found} instead of {expected}.",
    "near": " The first loss that differs is that of step {step}, by less than 0.0001.",
    "hidden": " No loss differs: only a look at the state shows it.",
}
"""What a figure says in words. The page has them, too, so that the script says the same."""
LABELS = {
    "kill": "killed in step {kill}",
    "start": "resumed at step {at}",
    "differs": "differs in step {first}",
    "apart": "at most {apart} apart",
    "near": "less than 0.0001 apart",
    "together": "no difference",
    "everything": "Nothing left out",
    "without": "Left out: {labels}",
}
"""What stands beside the marks of a figure."""


@dataclass(frozen=True, slots=True)
class Run:
    """One resume: where it was killed, what was left out, and what came of it.

    Attributes:
        differs: for every step after the resume, a number whose bit *i* says that item *i* differs.
        losses: of every step after the resume.
    """

    kill: int
    at: int
    without: tuple[str, ...]
    differs: tuple[int, ...]
    losses: tuple[float, ...]

    def first(self, mask: int = -1) -> int | None:
        """Return the first step in which an item of *mask* differs, None where none does."""
        return next((self.at + n for n, bits in enumerate(self.differs) if bits & mask), None)


class Capture:
    """What captured/runs.json of a unit holds, and how it is drawn.

    Attributes:
        facts: the file as it is.
        items: (name, what people call it) of every compared item.
    """

    def __init__(self, lesson: Lesson) -> None:
        """Read the file.

        Raises:
            CourseError: it is missing, or was captured for other boxes than lesson.toml has.
        """
        path = f"lessons/{lesson.name}/captured/runs.json"
        try:
            text = (lesson.folder / "captured" / "runs.json").read_text(encoding="utf-8")
            self.facts: dict[str, Any] = json.loads(text)
        except (OSError, ValueError) as problem:
            message = f"{path}: cannot be read: {problem}. Fix: run make captures"
            raise CourseError(message) from problem
        boxes = [{"label": box.label, "items": list(box.items)} for box in lesson.boxes]
        if boxes != self.facts.get("boxes"):
            message = f"{path}: captured with other boxes than lesson.toml has. Fix: make captures"
            raise CourseError(message)
        self.labels = [box.label for box in lesson.boxes]
        self.failing = "".join("01"[label in lesson.failing] for label in self.labels)
        self.steps: int = self.facts["steps"]
        self.save_every: int = self.facts["save_every"]
        self.losses: list[float] = self.facts["losses"]
        self.items: list[tuple[str, str]] = [
            (name, _short(words.item(name))) for name in self.facts["items"]
        ]
        every = [loss for _, losses in self.facts["runs"].values() for loss in losses]
        self.low: float = math.floor(min(every + self.losses) * 4) / 4
        self.high: float = math.ceil(max(every + self.losses) * 4) / 4

    def run(self, kill: int, subset: str) -> Run:
        """Return the resume after a kill in step *kill*; *subset* has a 1 for each box left out."""
        at = kill // self.save_every * self.save_every
        differs, losses = self.facts["runs"][f"{at}/{subset}"]
        pairs = zip(self.labels, subset, strict=True)
        without = tuple(label for label, digit in pairs if digit == "1")
        return Run(kill, at, without, tuple(int(n, 16) for n in differs.split()), tuple(losses))

    @property
    def shown(self) -> Run:
        """The run that a figure shows at first: without the failing boxes, killed half-way."""
        positions = range(self.save_every, self.steps, self.save_every)
        at = positions[(len(positions) - 1) // 2]
        return self.run(at + self.save_every // 2, self.failing)

    @property
    def loss_bit(self) -> int:
        """The bit that the loss has in a run's numbers."""
        return 1 << [name for name, _ in self.items].index("loss")

    def sentence(self, run: Run) -> str:
        """Return in words what a run shows."""
        first, step = run.first(), run.first(self.loss_bit)
        facts: dict[str, Any] = {"kill": run.kill, "at": run.at, "left_out": self.left_out(run)}
        if first is None:
            return SENTENCES["exact"].format(**facts)
        bits = run.differs[first - run.at]
        lead = next(name for n, (name, _) in enumerate(self.items) if bits >> n & 1)
        facts |= {"item": _plain(words.item(lead)), "first": first}
        said = SENTENCES["differs"].format(**facts)
        if step is None:
            return said + SENTENCES["hidden"]
        found, expected = run.losses[step - run.at], self.losses[step]
        kind = "near" if found == expected else "loss"
        numbers = {"found": f"{found:.4f}", "expected": f"{expected:.4f}"}
        return said + SENTENCES[kind].format(step=step, **numbers)

    def left_out(self, run: Run) -> str:
        """Return in words what a run's checkpoint lacks."""
        kind = "without" if run.without else "everything"
        return LABELS[kind].format(labels=", ".join(run.without))

    def x(self, position: float) -> float:
        """Return the place of a position on the step axis; a loss stands in its step's middle."""
        return round(LEFT + (RIGHT - LEFT) * position / self.steps, 1)

    def y(self, loss: float) -> float:
        """Return the height of a loss."""
        share = (loss - self.low) / (self.high - self.low)
        return round(BOTTOM + (TOP - BOTTOM) * share, 1)

    def path(self, losses: list[float] | tuple[float, ...], start: int = 0) -> str:
        """Return the losses from step *start* as the data of an SVG path."""
        points = (f"{self.x(start + n + 0.5):g} {self.y(loss):g}" for n, loss in enumerate(losses))
        return "M" + "L".join(points)

    def apart(self, run: Run) -> tuple[str, str]:
        """Return bars of how far the losses are apart, as data of an SVG path, and their scale."""
        gaps = [
            ours - theirs for ours, theirs in zip(run.losses, self.losses[run.at :], strict=True)
        ]
        most = max(map(abs, gaps))
        bars = (
            f"M{self.x(run.at + n + 0.5):g} {APART}v{round(-APART_MAX * gap / most, 1):g}"
            for n, gap in enumerate(gaps)
            if gap
        )
        differ = run.first(self.loss_bit) is not None
        scale = "apart" if most else "near" if differ else "together"
        return "".join(bars), LABELS[scale].format(apart=f"{most:.4f}")

    def marks(self, run: Run) -> list[dict[str, Any]]:
        """Return the marks of a run, a row each: kind, position, label, and whether it is there."""
        first = run.first()
        # No mark of a lower row has a line through a label that stands on this side.
        limits = {"kill": FLIP[1], "differs": FLIP[(first or 0) > run.kill], "start": FLIP[0]}
        places = {"kill": run.kill + 0.5, "differs": (first or 0) + 0.5, "start": run.at}
        return [
            {
                "kind": kind,
                "x": self.x(place),
                "y": ROW * row,
                "flip": self.x(place) > limits[kind],
                "text": LABELS[kind].format(kill=run.kill, at=run.at, first=first),
                "hidden": kind == "differs" and first is None,
            }
            for row, (kind, place) in enumerate(places.items(), 1)
        ]

    @property
    def ticks(self) -> dict[str, list[tuple[float, str]]]:
        """The numbers at both axes, and where saves and epochs stand."""
        every = math.ceil(self.steps / _TICKS_MAX)
        levels = [half / 2 for half in range(round(self.high * 2) + 1) if half / 2 >= self.low]
        while len(levels) > _TICKS_MAX - 1:
            levels = levels[::2]
        numbers = [(self.x(at + 0.5), str(at)) for at in range(0, self.steps, every)]
        edges = range(self.save_every, self.steps + 1, self.save_every)
        return {
            "x": [tick for tick in numbers if tick[0] < RIGHT - _STEP],
            "y": [(self.y(level), f"{level:.1f}") for level in levels],
            "saves": [(self.x(at), str(at)) for at in edges],
        }

    @property
    def data(self) -> str:
        """The file as the script in the page reads it."""
        names = [_plain(words.item(name)) for name, _ in self.items]
        held = self.facts | {"names": names, "sentences": SENTENCES, "labels": LABELS}
        held |= {"x": [LEFT, RIGHT], "y": [BOTTOM, TOP], "range": [self.low, self.high]}
        held |= {"apart": [APART, -APART_MAX], "flip": FLIP}
        text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", "\\u003c")  # it stands in a <script>


@fence
def explorer(unit: str) -> str:
    """Render "What did you forget?"."""
    return _figure("explorer", unit)


@fence
def failing(unit: str) -> str:
    """Render the curves of a unit's failing run, which draw themselves once."""
    return _figure("failing", unit)


@fence
def moving(unit: str) -> str:
    """Render the curves of a unit's failing run, which go step by step and then stop."""
    return _figure("moving", unit)


@fence
def differences(unit: str) -> str:
    """Render which items of a unit's failing run differ, step by step."""
    return _figure("differences", unit)


def _figure(kind: str, unit: str) -> str:
    capture = Capture(lesson_of(unit))
    html = render(
        "figure", kind=kind, unit=unit, capture=capture, run=capture.shown,
        width=WIDTH, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM, height=HEIGHT,
        apart=APART,
    )  # fmt: skip
    return re.sub(r"\n\s*", "\n", html)


def _plain(name: str) -> str:
    """Return what people call an item, without its names in code."""
    return name.partition(" (")[0]


def _short(name: str) -> str:
    """Return what a table calls an item."""
    plain = _plain(name).removeprefix("the ")
    return plain[0].upper() + plain[1:]
