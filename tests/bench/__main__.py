"""How fast is a kill-and-resume pair, where does a verdict's time go, what does a child cost?

    python -m tests.bench             prints the tables
    python -m tests.bench --write     writes them into tests/bench/README.md as well
    python -m tests.bench --only a_class      one table; with --write it takes the old one's place

All figures of a table come from one run, so the ratios hold where the seconds do not.
"""

import argparse
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from rich.console import Console

from grader import course
from grader.course import Exercise
from grader.faults import kill
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.faults.trial import Trials
from grader.grade import Request, grade
from grader.history import Moment
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServer, ForkServers
from grader.workloads.workload import PROGRAM
from tests.bench.a_class import a_class
from tests.bench.in_process import seconds_in_process

README = Path(__file__).with_name("README.md")
Rows = list[tuple[str, ...]]
Table = tuple[str, Rows]
_FIGURES = "<!-- figures -->"
PAIRS = 30
COLD_PAIRS = 5


@dataclass(frozen=True)
class Cost:
    """What one pair took: seconds on the clock, and CPU seconds of judge and children."""

    wall: float
    cpu: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    tables = {
        table.__name__: table for table in (pairs, verdicts, counterexamples, memory, a_class)
    }
    parser.add_argument("--only", choices=tables)
    given = parser.parse_args()
    for table in [tables[given.only]] if given.only else tables.values():
        title, rows = table()
        text = "\n".join([f"## {title}", "", *_markdown(rows), ""])
        Console(soft_wrap=True).print(text, markup=False)
        if given.write:
            _write(title, text)


def _write(title: str, text: str) -> None:
    """Put a table in the place of the one with its title, or at the end."""
    intro, _, figures = README.read_text(encoding="utf-8").partition(_FIGURES)
    parts = {part.partition("\n")[0]: f"## {part}" for part in figures.split("\n## ")[1:]}
    parts[title] = text
    whole = "\n".join([_machine(), *(part.rstrip("\n") + "\n" for part in parts.values())])
    README.write_text(f"{intro}{_FIGURES}\n\n{whole}", encoding="utf-8")


def pairs() -> Table:
    """Measure a kill-and-resume pair forked, cold, and without any process."""
    exercise = course.find("ex03")
    with _stand(exercise) as (subject, lane):
        moment = kill.everywhere(subject.workload)[0].strikes[0]
        forked = _median(_many(subject, lane, moment))
        together = _both_lanes(subject, lane, moment)
    cold = _median([_cold_pair(subject, moment) for _ in range(COLD_PAIRS)])
    bare = seconds_in_process(exercise, moment.step, PAIRS)
    rows: Rows = [
        ("a pair", "wall ms", "CPU ms", "pairs a second"),
        ("forked, one lane", *_shown(forked)),
        ("forked, both lanes", f"{1000 / together:.0f}", "", f"{together:.1f}"),
        ("(a) a fresh interpreter per process", *_shown(cold)),
        ("(b) the same steps, probe and saves in one process", "", f"{1000 * bare:.0f}", ""),
        ("pairs a second, both lanes, against (a)", "", "", f"{together * cold.wall:.0f} x"),
        ("CPU against (a)", "", f"1 / {cold.cpu / forked.cpu:.0f}", ""),
        ("CPU against (b)", "", f"{forked.cpu / bare:.2f} x", ""),
    ]
    return f"A kill-and-resume pair ({exercise.name}, killed at {moment})", rows


def verdicts() -> Table:
    """Measure where the time of a whole passing verdict goes."""
    rows: Rows = [
        (
            "solution",
            "whole s",
            "start",
            "baseline",
            "self-test",
            "checks",
            "kills",
            "resumes run",
            "reused",
        )
    ]
    for exercise in course.exercises():
        began = time.perf_counter()
        outcome = grade(Request(exercise, exercise.solution, 0)).outcome
        whole = time.perf_counter() - began
        stages = (
            f"{outcome.stages.get(name, 0.0):.2f}"
            for name in ("start", "baseline", "self-test", "checks")
        )
        counts = map(str, (outcome.kills, outcome.resumes, outcome.reused))
        rows.append((f"{exercise.name} {outcome.verdict.word}", f"{whole:.2f}", *stages, *counts))
    return "A whole verdict", rows


def counterexamples() -> Table:
    """Measure how long after start-up each mistake is caught, and how long until it is named."""
    rows: Rows = [("mistake", "caught after s", "verdict after s")]
    with ForkServers(PROGRAM) as servers:
        servers.wait_until_ready()
        for exercise in course.exercises():
            for path in sorted(exercise.solution.parent.glob("mistakes/*.py")):
                caught, named = _time_to_failure(exercise, path, servers)
                rows.append((f"{exercise.name[:4]} {path.stem}", f"{caught:.2f}", f"{named:.2f}"))
    return "The first counterexample, after start-up", rows


def memory() -> Table:
    """Measure what one live child adds, while it waits after a training step."""
    exercise = course.find("ex03")
    with _stand(exercise) as (subject, lane):
        seen: dict[str, int] = {}
        server = lane.server(0)
        peeking = _Peeking(subject.challenges)
        peeking.server, peeking.seen = server, seen
        trials = replace(subject, challenges=peeking)
        lane.clear()
        run_once(trials, lane, strike=Moment(subject.workload.steps - 1, "backward"))
    rows: Rows = [("memory", "MiB")]
    rows += [(name, f"{kib / 1024:.0f}") for name, kib in seen.items()]
    return "Memory of a live child", rows


class _Peeking(tuple[bytes, ...]):  # noqa: SLOT001 - one of them lives, for one table
    """Challenges that look at the server's child when a late one is asked for."""

    server: ForkServer
    seen: dict[str, int]

    def __getitem__(self, at):
        if at == len(self) - 2:
            pid = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
            for name, who in (("the fork server", self.server.pid), ("one child", int(pid))):
                for key in ("Rss", "Pss", "Private_Dirty"):
                    self.seen[f"{name}, {key}"] = _rollup(who, key)
        return super().__getitem__(at)


def _rollup(pid: int, key: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def _time_to_failure(exercise: Exercise, path: Path, servers: ForkServers) -> tuple[float, float]:
    began = time.perf_counter()
    stamps: list[float] = []

    def watch(stage: str, _done: int, _planned: int) -> None:
        if stage == "found":
            stamps.append(time.perf_counter() - began)

    grade(Request(exercise, path, 0, watcher=watch), servers)
    return stamps[0], time.perf_counter() - began


@contextmanager
def _stand(exercise: Exercise) -> Iterator[tuple[Subject, Lane]]:
    workload = exercise.workload
    challenges = challenge_vector(0, workload.steps, CHALLENGE_BYTES)
    subject = Subject(workload, exercise.solution, str(exercise.calls), challenges, exercise.limits)
    with ForkServers(PROGRAM) as servers, tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        servers.wait_until_ready()
        yield subject, Lane(servers.pair, Path(folder) / "lane")


def _pair(subject: Subject, lane: Lane, moment: Moment) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    history = Trials(subject).carry_out(Schedule((moment,)), lane)
    children = sum(phase.cpu for phase in history.phases)
    return Cost(time.perf_counter() - wall, time.process_time() - cpu + children)


def _both_lanes(subject: Subject, lane: Lane, moment: Moment) -> float:
    """Return pairs a second with both lanes at work."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    first, second = lane.servers
    other = Lane((second, first), lane.folder.with_name("other"))
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for half in (lane, other):
            pool.submit(_many, subject, half, moment)
    return 2 * PAIRS / (time.perf_counter() - began)


def _many(subject: Subject, lane: Lane, moment: Moment) -> list[Cost]:
    return [_pair(subject, lane, moment) for _ in range(PAIRS)]


def _cold_pair(subject: Subject, moment: Moment) -> Cost:
    """Return the cost of the same pair when each process is an interpreter of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        servers: list[ForkServer] = []

        class _Fresh(Lane):
            def server(self, number: int) -> ForkServer:
                servers.append(ForkServer("fresh", number + 1, PROGRAM))
                return servers[-1]

        lane = _Fresh((), Path(folder) / "lane")  # type: ignore[arg-type]
        lane.clear()
        run_once(subject, lane, 0, strike=moment, digests=False)
        left = lane.look(subject.limits)
        lane.put(left, 1)
        run_once(subject, lane, 1)
        for server in servers:
            server.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - wall, time.process_time() - cpu + children)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
    )


def _shown(cost: Cost) -> tuple[str, str, str]:
    return f"{1000 * cost.wall:.0f}", f"{1000 * cost.cpu:.0f}", f"{1 / cost.wall:.1f}"


def _machine() -> str:
    versions = f"Python {platform.python_version()}, torch {metadata.version('torch')}"
    return f"Measured with {versions}, {platform.system()} {platform.machine()}.\n"


def _markdown(rows: list[tuple[str, ...]]) -> list[str]:
    head, *body = rows
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in [head, rule, *body]]


if __name__ == "__main__":
    main()
