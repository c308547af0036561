"""How often to save: what exercise 12 asks, and the judge's own answers.

All times of a case are numbers whose unit stands in their name. No case lies near the edge of a
rounding: there right programs might differ. Two things at one moment are asked about in one case.
"""

import math
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Any

from grader.history import Case

SECONDS = 3600
KEPT = 5
"""So many measured saves say what the next one costs."""
_EDGE = 0.08
_TRIES = 10_000
_UPWARDS = {"young.usual": True, "young.cheap": False}
"""Which way these are rounded: who always rounds down, or up, is wrong about one of them."""
_TIE = "run.same_second"

Given = dict[str, Any]
Event = list[Any]


def young(cost_s: float, mtbf_h: float, step_ms: float) -> int:
    """Return after how many steps to save, from 1 on."""
    return max(1, math.floor(_steps(cost_s, mtbf_h, step_ms) + 0.5))


def simulate(
    work: int, every: int, save: int, restart: int, failures: Sequence[int]
) -> dict[str, int]:
    """Return where the seconds of a training have gone, given the moments of its failures."""
    clock = done = saving = lost = restarting = 0
    ahead = iter([*failures, math.inf])
    failure = next(ahead)
    while done < work:
        piece = min(every, work - done)
        if clock + piece + save <= failure:
            clock, done, saving = clock + piece + save, done + piece, saving + save
            continue
        lost += int(failure) - clock
        clock = int(failure)
        failure = next(ahead)
        while clock + restart > failure:
            restarting += int(failure) - clock
            clock, failure = int(failure), next(ahead)
        clock, restarting = clock + restart, restarting + restart
    return {"finished": clock, "saving": saving, "lost": lost, "restarting": restarting}


def pace(cost_s: float, mtbf_h: float, events: Sequence[Event], step_ms: float) -> int:
    """Return after how many steps to save, given a first guess and what has happened since."""
    return young(*known(cost_s, mtbf_h, events), step_ms)


def known(cost_s: float, mtbf_h: float, events: Sequence[Event]) -> tuple[float, float]:
    """Return what a save costs and how many hours lie between failures, as far as is known."""
    costs = [event[1] for event in events if event[0] == "saved"][-KEPT:]
    ran_h = sum(event[1] for event in events if event[0] == "ran")
    failed = sum(event[0] == "failed" for event in events)
    return median(costs) if costs else cost_s, (mtbf_h + ran_h) / (1 + failed)


def exponential(chance: Random, mean: float, until: float) -> list[int]:
    """Return the moments, in whole seconds, of failures that come without any memory."""
    moments: list[int] = []
    clock = 0.0
    while clock < until:
        clock += chance.expovariate(1 / mean)
        if math.ceil(clock) > (moments[-1] if moments else 0):
            moments.append(math.ceil(clock))
    return moments


def expected(work: float, every: float, save: float, restart: float, mean: float) -> float:
    """Return how long a training takes on average, where failures are exponential.

    A piece and its save take L seconds without a failure. Each failure costs the time up to it and
    a restart that succeeds; both follow from the same equation, E = (M + E of the restart) *
    (exp(L / M) - 1) with E of the restart = M * (exp(restart / M) - 1).
    """
    pieces = work / every
    return pieces * mean * math.exp(restart / mean) * math.expm1((every + save) / mean)


def cases(seed: int) -> dict[str, Case]:
    """Return every question, by name; the names are the same for every seed."""
    kinds: dict[str, Any] = {
        "young": (_young, _YOUNG), "run": (_run, _RUNS), "pace": (_pace, _PACES),
    }  # fmt: skip
    made = {}
    for word, (make, kind) in kinds.items():
        for name, (said, draw) in kind.items():
            full = f"{word}.{name}"
            chance = Random(f"failures {seed} {full}")  # noqa: S311 - a challenge, no key
            made[full] = Case(full, said, *make(full, draw, chance))
    return made


def names(word: str) -> list[str]:
    """Return the names of all cases that begin with this word."""
    return [name for name in cases(0) if name.startswith(f"{word}.")]


def _steps(cost_s: float, mtbf_h: float, step_ms: float) -> float:
    return math.sqrt(2 * cost_s * mtbf_h * SECONDS) * 1000 / step_ms


def _clear(steps: float) -> bool:
    """Say whether a number of steps lies far enough from where rounding turns."""
    return steps < 0.5 - _EDGE or (steps > 1 and abs(steps % 1 - 0.5) > _EDGE)


def _drawn(draw: Callable[[], Any], fits: Callable[[Any], bool]) -> Any:  # noqa: ANN401
    for _ in range(_TRIES):
        if fits(found := draw()):
            return found
    message = "no case fits"
    raise ValueError(message)


def _young(name: str, draw: Callable[[Random], Any], chance: Random) -> tuple[Any, ...]:
    def fits(held: tuple[float, float, float]) -> bool:
        steps = _steps(*held)
        upwards = round(steps) > steps
        return _clear(steps) and _UPWARDS.get(name, upwards) == upwards

    cost_s, mtbf_h, step_ms = _drawn(lambda: draw(chance), fits)
    given = {"ask": "young", "cost_s": cost_s, "mtbf_h": mtbf_h, "step_ms": step_ms}
    shown = (f"young(cost_s={cost_s}, mtbf_h={mtbf_h}, step_ms={step_ms})",)
    exact = _steps(cost_s, mtbf_h, step_ms)
    why = f"the square root of 2 * {cost_s} s * {mtbf_h} h is {exact * step_ms / 1000:.3f} s"
    return given, "young() was asked", young(cost_s, mtbf_h, step_ms), why, shown


def _run(name: str, draw: Callable[[Random], Given], chance: Random) -> tuple[Any, ...]:
    given = _drawn(lambda: draw(chance), lambda held: name == _TIE or _no_tie(held))
    due = simulate(**given)
    shown = tuple(f"{what} = {value}" for what, value in given.items())
    spent = " + ".join(f"{due[kind]} {kind}" for kind in ("saving", "lost", "restarting"))
    why = f"{due['finished']} s are {given['work']} of work + {spent}"
    ask = "again" if name == "run.again" else "simulate"
    return {"ask": ask, **given}, "simulate() was asked", due, why, shown


def _no_tie(given: Given) -> bool:
    """Say whether no failure falls on the moment at which a save ends."""
    finished = {
        simulate(**{**given, "failures": [moment + by for moment in given["failures"]]})["saving"]
        for by in (-1, 0, 1)
    }
    return len(finished) == 1


def _pace(_: str, draw: Callable[[Random], list[Event]], chance: Random) -> tuple[Any, ...]:
    def whole() -> Given:
        return {
            "cost_s": round(chance.uniform(5, 60), 1),
            "mtbf_h": round(chance.uniform(5, 40), 1),
            "events": draw(chance),
            "step_ms": round(chance.uniform(200, 900)),
        }

    def so_far(held: Given) -> tuple[float, float]:
        return known(held["cost_s"], held["mtbf_h"], held["events"])

    given = _drawn(whole, lambda held: _clear(_steps(*so_far(held), held["step_ms"])))
    shown = (
        f"Pace(cost_s={given['cost_s']}, mtbf_h={given['mtbf_h']})",
        *(f".{event[0]}({', '.join(map(str, event[1:]))})" for event in given["events"]),
        f".steps(step_ms={given['step_ms']})",
    )
    cost_s, mtbf_h = so_far(given)
    why = f"a save costs {cost_s:g} s, and {mtbf_h:.2f} h lie between two failures"
    return {"ask": "pace", **given}, "Pace.steps() was asked", pace(**given), why, shown


def _saves(chance: Random, count: int, low: float, high: float) -> list[Event]:
    return [["saved", round(chance.uniform(low, high), 2)] for _ in range(count)]


def _with_failures(chance: Random, failures: list[int], restart: int | None = None) -> Given:
    save = chance.randint(20, 60)
    return {
        "work": chance.randint(9, 12) * 1000 + chance.randint(1, 899),
        "every": 1000,
        "save": save,
        "restart": chance.randint(100, 300) if restart is None else restart,
        "failures": failures,
    }


def _in_restart(chance: Random, times: int) -> Given:
    moments = [chance.randint(3000, 5000)]
    for _ in range(times):
        moments.append(moments[-1] + chance.randint(20, 80))
    return _with_failures(chance, moments)


def _in_save(chance: Random, *, at_its_end: bool) -> Given:
    given = _with_failures(chance, [])
    before = 0 if at_its_end else chance.randint(3, given["save"] - 3)
    return {**given, "failures": [3 * (1000 + given["save"]) - before]}


def _in_last(chance: Random) -> Given:
    given = _with_failures(chance, [])
    whole = simulate(**given)["finished"]
    return {**given, "failures": [whole - chance.randint(given["save"] + 2, given["save"] + 60)]}


_YOUNG: dict[str, tuple[str, Callable[[Random], tuple[float, ...]]]] = {
    "usual": (
        "for a save of half a minute and a failure a day",
        lambda c: (round(c.uniform(20, 40), 1), round(c.uniform(20, 28), 1), c.randint(300, 900)),
    ),
    "cheap": (
        "for a save that takes a moment",
        lambda c: (round(c.uniform(0.2, 0.9), 2), round(c.uniform(5, 9), 1), c.randint(100, 200)),
    ),
    "rare": (
        "for a machine that fails once a month",
        lambda c: (round(c.uniform(20, 40), 1), round(c.uniform(600, 800)), c.randint(300, 900)),
    ),
    "often": (
        "for a machine that fails every few minutes",
        lambda c: (round(c.uniform(1, 4), 1), round(c.uniform(0.05, 0.2), 2), c.randint(300, 900)),
    ),
    "long_step": (
        "for steps that take longer than the interval",
        lambda c: (round(c.uniform(0.2, 0.9), 2), 0.01, c.randint(40_000, 90_000)),
    ),
}
_RUNS: dict[str, tuple[str, Callable[[Random], Given]]] = {
    "quiet": ("about a run without a failure", lambda c: _with_failures(c, [])),
    "even": (
        "about a run whose pieces are all of one length",
        lambda c: {**_with_failures(c, []), "work": 1000 * c.randint(9, 12)},
    ),
    "one": (
        "about one failure in the middle",
        lambda c: _with_failures(c, [c.randint(4000, 6000)]),
    ),
    "free_restart": (
        "about a failure after which a restart costs nothing",
        lambda c: _with_failures(c, [c.randint(4000, 6000)], 0),
    ),
    "in_save": ("about a failure inside a save", lambda c: _in_save(c, at_its_end=False)),
    "same_second": (
        "about a failure in the very second in which a save ends",
        lambda c: _in_save(c, at_its_end=True),
    ),
    "in_restart": ("about a failure while the run restarts", lambda c: _in_restart(c, 1)),
    "in_restart_twice": ("about two failures while the run restarts", lambda c: _in_restart(c, 2)),
    "in_last": ("about a failure in the last piece, which is shorter", _in_last),
    "twice": (
        "about two failures in one piece",
        lambda c: _with_failures(c, [start := c.randint(3300, 3500), start + c.randint(500, 700)]),
    ),
    "again": (
        "a second time with the same list of failures",
        lambda c: _with_failures(c, [c.randint(4000, 6000)]),
    ),
    "many": (
        "about failures that come as they like",
        lambda c: _with_failures(c, exponential(c, 1500, 60_000)),
    ),
}
_PACES: dict[str, tuple[str, Callable[[Random], list[Event]]]] = {
    "guess": ("before anything has happened", lambda _: []),
    "measured": ("after one save", lambda c: _saves(c, 1, 90, 200)),
    "slow_one": (
        "after five saves, one of them very slow",
        lambda c: [*_saves(c, 2, 20, 30), ["saved", 900.0], *_saves(c, 2, 20, 30)],
    ),
    "drift": (
        "after the disk has become slower",
        lambda c: [*_saves(c, 9, 5, 8), *_saves(c, 5, 60, 80)],
    ),
    "quiet": (
        "after two hundred hours without a failure",
        lambda c: [["ran", round(c.uniform(40, 60), 1)] for _ in range(4)],
    ),
    "failures": (
        "after three failures in a day",
        lambda c: [e for _ in range(3) for e in (["ran", round(c.uniform(6, 9), 1)], ["failed"])],
    ),
    "at_once": ("after a failure in the first minute", lambda _: [["failed"]]),
    "all": (
        "after saves, hours and a failure",
        lambda c: [
            *_saves(c, 3, 30, 50), ["ran", round(c.uniform(10, 20), 1)], ["failed"],
            *_saves(c, 3, 10, 20), ["ran", round(c.uniform(30, 50), 1)],
        ],
    ),
}  # fmt: skip
