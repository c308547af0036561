"""A figure of curves over a logarithmic axis: what a unit's example.py printed for it.

captured/figure.json has ``x``, ``y`` (what the axes are), ``first`` (what the x axis begins with, 0
if it is not there) and ``curves``: by name, a number for each place on the x axis. A number
of 0 has no logarithm; it stands on the floor, and the floor says so.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from course_site.rendering import fence, lesson_of, render

from grader.errors import CourseError

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 300, 62, 508, 34, 236
_TICKS = 5
_ROWS = 9
_BELOW = 1.6  # powers of ten between the axis and the floor


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes:
        path: the data of its SVG path.
        values: what it is at the places of the table.
    """

    name: str
    path: str
    values: tuple[str, ...]


class Curves:
    """What is drawn."""

    def __init__(self, facts: dict[str, Any]) -> None:
        """Scale the axes."""
        self.x_name, self.y_name = facts["x"], facts["y"]
        self.first = int(facts.get("first", 0))
        held = {name: [float(one) for one in values] for name, values in facts["curves"].items()}
        self.count = max(map(len, held.values()))
        positive = [one for values in held.values() for one in values if one > 0]
        self.high = math.ceil(math.log10(max(positive)))
        self.low = math.floor(math.log10(min(positive)))
        self.floor = self.low - _BELOW
        self.rows = [round(at * (self.count - 1) / (_ROWS - 1)) for at in range(_ROWS)]
        self.curves = []
        for name, values in held.items():
            logs = [math.log10(one) if one > 0 else self.floor for one in values]
            points = (f"{self.x(at):g} {self.y(log):g}" for at, log in enumerate(logs))
            shown = tuple(f"{values[at]:.0e}" if values[at] else "0" for at in self.rows)
            self.curves.append(Curve(name, "M" + "L".join(points), shown))

    def x(self, place: int) -> float:
        """Return where a place stands on the x axis."""
        return round(LEFT + (RIGHT - LEFT) * place / (self.count - 1), 1)

    def y(self, power: float) -> float:
        """Return the height of a power of ten."""
        share = (power - self.floor) / (self.high - self.floor)
        return round(BOTTOM + (TOP - BOTTOM) * share, 1)

    @property
    def ticks_x(self) -> list[tuple[float, int]]:
        """The numbers below the axis."""
        each = math.ceil((self.count - 1) / _TICKS / 10) * 10
        return [(self.x(at), at + self.first) for at in range(0, self.count, each)]

    @property
    def labels(self) -> list[int]:
        """What the places of the table are on the x axis."""
        return [at + self.first for at in self.rows]

    @property
    def ticks_y(self) -> list[tuple[float, str]]:
        """The powers of ten beside it, and the floor, where no difference stands."""
        powers = [(self.y(power), f"1e{power:+03d}") for power in range(self.low, self.high + 1, 2)]
        return [(self.y(self.floor), "none"), *powers]


@fence
def curves(wanted: str) -> str:
    """Render the curves of a unit; what follows its name is the figure's title."""
    unit, _, title = wanted.partition(" ")
    path = f"lessons/{unit}/captured/figure.json"
    try:
        text = (lesson_of(unit).folder / "captured" / "figure.json").read_text(encoding="utf-8")
        drawn = Curves(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"{path}: cannot be drawn: {problem}. Fix: run make captures"
        raise CourseError(message) from problem
    size = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP}
    return render("curves", unit=unit, title=title, drawn=drawn, bottom=BOTTOM, **size)
