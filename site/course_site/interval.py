"""The calculator of how often to save: what a page shows before its script has run, and its words.

The numbers come from `grader.workloads.failures`, like those of unit 12's exercise and example.
site/theme/assets/interval.js computes the same from other inputs; a test holds it to this file.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from course_site.rendering import fence, render

from grader.errors import CourseError
from grader.workloads import failures

FACTORS = {
    "an eighth": 1 / 8,
    "a quarter": 1 / 4,
    "half": 1 / 2,
    "Young's": 1.0,
    "twice": 2.0,
    "four times": 4.0,
    "eight times": 8.0,
}
X, Y = (84, 508), (236, 34)
"""Where the two axes begin and end in the picture."""
DECADES_X, DECADES_Y = (0, 6), (-4, 1)
"""Powers of ten along them: seconds between two saves, and waste as a share of the work."""
POINTS = 60
TICKS = {"1 s": 1, "1 min": 60, "1 h": 3600, "1 day": 86_400}
WORDS = {
    "good": "Save every {steps} steps, which is every {every}. "
    "Expected waste: {waste} of the work. At half of that interval it is {half}, at twice {twice}.",
    "rough": " A save is not short beside the time between failures: "
    "Young's interval is rough here.",
    "wrong": "Each number has to be above 0; a restart may take 0 seconds.",
    "over": "over 1000 %",
}
_ROUGH = 20  # a save may take this part of the time between failures
_UNITS = (("s", 1, 120), ("minutes", 60, 120), ("hours", 3600, 48), ("days", 86_400, math.inf))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is asked, in the units that `young` takes."""

    cost_s: float
    mtbf_h: float
    restart_s: float
    step_ms: float

    @property
    def fit(self) -> bool:
        """Say whether anything can be computed from them."""
        held = asdict(self)
        finite = all(map(math.isfinite, held.values()))
        return finite and held.pop("restart_s") >= 0 and min(held.values()) > 0


@dataclass(frozen=True, slots=True)
class Row:
    """One interval, and what it costs."""

    name: str
    steps: int
    every: str
    waste: str


def waste(asked: Inputs, every_s: float) -> float:
    """Return the time beyond the work on average, as a share of it; infinite where it overflows."""
    try:
        took = failures.expected(
            1, every_s, asked.cost_s, asked.restart_s, asked.mtbf_h * failures.SECONDS
        )
    except OverflowError:
        return math.inf
    return took - 1


def rows(asked: Inputs) -> list[Row]:
    """Return the table: Young's interval, and parts and multiples of it, in whole steps."""
    best = failures.young(asked.cost_s, asked.mtbf_h, asked.step_ms)
    found = []
    for name, factor in FACTORS.items():
        steps = max(1, math.floor(best * factor + 0.5))
        every_s = steps * asked.step_ms / 1000
        found.append(Row(name, steps, _duration(every_s), _share(waste(asked, every_s))))
    return found


def sentence(asked: Inputs) -> str:
    """Return the answer in words."""
    if not asked.fit:
        return WORDS["wrong"]
    by_name = {row.name: row for row in rows(asked)}
    young = by_name["Young's"]
    told = WORDS["good"].format(
        steps=young.steps,
        every=young.every,
        waste=young.waste,
        half=by_name["half"].waste,
        twice=by_name["twice"].waste,
    )
    rough = asked.cost_s * _ROUGH > asked.mtbf_h * failures.SECONDS
    return told + (WORDS["rough"] if rough else "")


def curve(asked: Inputs) -> str:
    """Return the data of an SVG path: the waste by the time between two saves."""
    low, high = DECADES_X
    points = []
    for at in range(POINTS + 1):
        every_s = 10 ** (low + (high - low) * at / POINTS)
        points.append(f"{place_x(every_s):g} {_place_y(waste(asked, every_s)):g}")
    return "M" + "L".join(points)


def place_x(every_s: float) -> float:
    """Return where a number of seconds stands on the axis."""
    return _place(math.log10(every_s), DECADES_X, X)


def _place_y(share: float) -> float:
    return _place(math.log10(share) if 0 < share < math.inf else DECADES_Y[1], DECADES_Y, Y)


def _place(power: float, decades: tuple[int, int], ends: tuple[int, int]) -> float:
    part = min(1.0, max(0.0, (power - decades[0]) / (decades[1] - decades[0])))
    return _tenth(ends[0] + (ends[1] - ends[0]) * part)


def _tenth(number: float) -> float:
    """Round as the script does: a half goes up."""
    return math.floor(number * 10 + 0.5) / 10


def _share(share: float) -> str:
    if share > 10 ** DECADES_Y[1]:
        return WORDS["over"]
    if share < 0.01:  # noqa: PLR2004 - one percent; below it a tenth says too little
        return f"{math.floor(share * 1e5 + 0.5) / 1e3:.3f} %"
    return f"{_tenth(share * 100):.1f} %"


def _duration(seconds: float) -> str:
    unit, length, _ = next(one for one in _UNITS if seconds < one[1] * one[2])
    return f"{_tenth(seconds / length):.1f} {unit}"


@fence
def interval(wanted: str) -> str:
    """Render the calculator with the four numbers that the fence gives, each after its name."""
    try:
        named = dict(pair.split("=") for pair in wanted.split())
        asked = Inputs(**{name: float(text) for name, text in named.items()})
    except (ValueError, TypeError) as problem:
        message = (
            f"an interval fence says {wanted!r}: {problem}. "
            "Fix: write cost_s=60 mtbf_h=20 restart_s=600 step_ms=500"
        )
        raise CourseError(message) from problem
    if not asked.fit:
        message = f"an interval fence says {wanted!r}. Fix: {WORDS['wrong']}"
        raise CourseError(message)
    return render("interval", asked=asked, named=named, **drawn(asked))


def drawn(asked: Inputs) -> dict[str, Any]:
    """Return what the template fills in, and what the script is told."""
    powers = range(DECADES_Y[0], DECADES_Y[1] + 1)
    steps = failures.young(asked.cost_s, asked.mtbf_h, asked.step_ms)
    return {
        "sentence": sentence(asked),
        "rows": rows(asked),
        "curve": curve(asked),
        "mark": place_x(steps * asked.step_ms / 1000),
        "x": X,
        "y": Y,
        "ticks_x": [(place_x(seconds), name) for name, seconds in TICKS.items()],
        "ticks_y": [(_place_y(10.0**power), f"{10.0**power * 100:g} %") for power in powers],
        "told": {
            "factors": list(FACTORS.values()),
            "x": X,
            "y": Y,
            "decadesX": DECADES_X,
            "decadesY": DECADES_Y,
            "points": POINTS,
            "rough": _ROUGH,
            "words": WORDS,
        },
    }
