"""What does grading a class cost: a worker more, a sandbox, each exercise for 300 students?

Whatever is compared is measured in turns, so that what else the machine does disturbs both alike.
CPU seconds are those without a sandbox: bwrap's processes end without anybody waiting for them, and
then the kernel adds theirs to nobody's. Memory is looked up ten times a second.
"""

import json
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median
from threading import Event, Thread
from typing import Self

from grader import course
from grader.classroom.judging import Record, Task, judge
from grader.course import Exercise
from grader.process import tiers
from grader.process.memory import all_below, held_kib
from grader.process.sandbox import NONE, SANDBOXES

Rows = list[tuple[str, ...]]
ROUNDS = 4
SUBMISSIONS = 6
STUDENTS = 300


@dataclass(frozen=True)
class Cost:
    """What some submissions took: seconds on the clock and of processors, and their records."""

    wall: float
    cpu: float
    records: list[Record]


def a_class() -> tuple[str, Rows]:
    """Measure whole judges, start-up included."""
    exercise = course.exercises()[0]
    works = [sandbox.name for sandbox in SANDBOXES if not tiers.why_not(sandbox)]
    ways = {name: partial(_judged, exercise, 1, 1, name) for name in works}
    for many in (1, 2):
        ways[str(many)] = partial(_judged, exercise, SUBMISSIONS, many, works[0])
    taken: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way())
    rows: Rows = [("grading a class", "seconds", "ratio, or of a class")]
    for name in works:
        rows.append(_row(f"a submission, sandbox {name}", taken[name], taken[NONE.name]))
    for times in ("1", "2"):
        rows.append(_row(f"{SUBMISSIONS} submissions, {times} at once", taken[times], taken["1"]))
    rows += [_of_an_exercise(each) for each in course.exercises()]
    return "A class", rows


def _row(title: str, costs: list[Cost], against: list[Cost]) -> tuple[str, ...]:
    """Return the middle of the costs, and the middle of the rounds' ratios."""
    ratio = median(one.wall / other.wall for one, other in zip(costs, against, strict=True))
    return title, f"{median(one.wall for one in costs):.1f}", f"{ratio:.2f} x"


def _of_an_exercise(exercise: Exercise) -> tuple[str, ...]:
    """Return what a right answer takes, and what that makes for a class."""
    with _Watched() as watched:
        cost = _judged(exercise, 1, 1, NONE.name)
    hours = cost.cpu * STUDENTS / 3600
    disk = len(json.dumps(cost.records[0], indent=1)) * STUDENTS / (1 << 20)
    facts = f"{hours:.1f} CPU hours, {disk:.1f} MiB on disk for {STUDENTS}"
    memory = f"{watched.most / 1024:.0f} MiB of memory for each at once"
    return f"CPU of a right answer to {exercise.name}", f"{cost.cpu:.1f}", f"{facts}; {memory}"


def _judged(exercise: Exercise, submissions: int, workers: int, sandbox: str) -> Cost:
    content = exercise.solution.read_bytes()
    tasks = [Task(exercise.name, content, seed, sandbox) for seed in range(submissions)]
    began, before = time.perf_counter(), _cpu()
    with ThreadPoolExecutor(workers) as pool:
        records = list(pool.map(judge, tasks))
    words = {record["verdict"]["verdict"] for record in records}
    if words != {"passed"}:
        message = f"the solution of {exercise.name} got {words}: nothing to measure"
        raise RuntimeError(message)
    return Cost(time.perf_counter() - began, _cpu() - before, records)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watched:
    """The most memory, in KiB, that the processes started meanwhile held together."""

    def __enter__(self) -> Self:
        self.most = 0
        self._over = Event()
        self._thread = Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, sum(map(held_kib, all_below(os.getpid()))))
