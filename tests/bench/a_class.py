"""What does grading a class cost: a worker more, a sandbox, each exercise for 300 students?"""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from grader import course
from grader.classroom.judging import Task, judge
from grader.course import Exercise
from grader.process import tiers
from grader.process.sandbox import NONE, SANDBOXES

Rows = list[tuple[str, ...]]
ROUNDS = 4
SUBMISSIONS = 8
STUDENTS = 300


def a_class() -> tuple[str, Rows]:
    """Measure whole judges, start-up included, in pairs: what is compared stands side by side."""
    rows: Rows = [("grading a class", "seconds", "ratio")]
    exercise = course.exercises()[0]
    works = [sandbox.name for sandbox in SANDBOXES if not tiers.why_not(sandbox)]
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name in works:
            taken[name].append(_judged(exercise, 1, 1, name))
    bare = median(taken[NONE.name])
    for name in works:
        seconds = median(taken[name])
        rows.append((f"a submission, sandbox {name}", f"{seconds:.2f}", f"{seconds / bare:.2f} x"))
    one, two = (_judged(exercise, SUBMISSIONS, workers, works[0]) for workers in (1, 2))
    rows.append((f"{SUBMISSIONS} submissions, one worker", f"{one:.1f}", "1.00 x"))
    rows.append(
        (f"{SUBMISSIONS} submissions, two workers", f"{two:.1f}", f"{one / two:.2f} x faster")
    )
    for each in course.exercises():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _judged(each, 1, 1, works[0])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        hours = f"{cpu * STUDENTS / 3600:.1f} CPU hours for {STUDENTS}"
        rows.append((f"CPU of one right answer to {each.name}", f"{cpu:.1f}", hours))
    return "A class", rows


def _judged(exercise: Exercise, submissions: int, workers: int, sandbox: str) -> float:
    content = exercise.solution.read_bytes()
    tasks = [Task(exercise.name, content, seed, sandbox) for seed in range(submissions)]
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        words = {record["verdict"]["verdict"] for record in pool.map(judge, tasks)}
    if words != {"passed"}:
        message = f"the solution of {exercise.name} got {words}: nothing to measure"
        raise RuntimeError(message)
    return time.perf_counter() - began
