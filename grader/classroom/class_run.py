"""A whole class: every submission that has no verdict yet is judged, as many at once as asked for.

The order and the number of workers change no score: a submission's seed follows from the class's
key and its bytes, and every judge is a process of its own. Executors are those of the standard
library or of dask.distributed (``Client.get_executor``), which gives a task to another worker when
one dies.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from grader.classroom import judging
from grader.classroom.exports import points
from grader.classroom.judging import Record, Task
from grader.classroom.ledger import Ledger, of_exercise
from grader.classroom.scores import Score
from grader.classroom.submissions import Submission
from grader.course import Exercise

Watcher = Callable[["State"], None]


@dataclass(slots=True)
class State:
    """How far a class is.

    Attributes:
        planned: submissions that this run judges; the others had a verdict before.
        kept: submissions whose verdict was there already.
        words: how many got which verdict, or diagnosis, so far.
        stopped: somebody ended the run before its end.
    """

    planned: int
    kept: int
    done: int = 0
    words: Counter[str] = field(default_factory=Counter)
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """What is graded, and where the results are kept."""

    exercise: Exercise
    submissions: Sequence[Submission]
    ledger: Ledger
    sandbox: str

    def pending(self, *, again: bool = False) -> list[Submission]:
        """Return the submissions to judge: new, changed, or all of them *again*."""
        return [one for one in self.submissions if again or not self._current(one)]

    def verdict_on(self, submission: Submission) -> Record:
        """Return the record of one submission, judged here and now unless it is there already."""
        if self._current(submission):
            return self.ledger.record(submission.student) or {}
        self.keep(submission, judging.judge(self.task(submission)))
        return self.ledger.record(submission.student) or {}

    def _current(self, submission: Submission) -> bool:
        record = self.ledger.record(submission.student)
        if record is None:
            return False
        mine = submission.sha256, of_exercise(self.exercise), submission.trouble
        return mine == (record["sha256"], record["course"], record["trouble"])

    def run(self, executor: Executor, watcher: Watcher, *, again: bool = False) -> State:
        """Judge what is pending; every verdict is kept at once, whatever happens to the others.

        After Ctrl-C nothing more is begun; what is being judged is finished and kept.
        """
        pending = self.pending(again=again)
        state = State(len(pending), len(self.submissions) - len(pending))
        watcher(state)
        futures: dict[Future[Record], Submission] = {}
        for one in pending:
            if one.content is None:
                self.keep(one, judging.not_gradable(self.task(one), one.trouble), state)
            else:
                futures[executor.submit(judging.judge, self.task(one))] = one
        try:
            self._collect(futures, state, watcher)
        except KeyboardInterrupt:
            state.stopped = True
            self._collect({f: one for f, one in futures.items() if not f.cancel()}, state, watcher)
        return state

    def _collect(
        self, futures: dict[Future[Record], Submission], state: State, watcher: Watcher
    ) -> None:
        for future in as_completed(list(futures)):
            submission = futures.pop(future)
            problem = future.exception()
            record = (
                judging.not_gradable(self.task(submission), f"the worker failed: {problem}")
                if problem
                else future.result()
            )
            self.keep(submission, record, state)
            watcher(state)

    def task(self, submission: Submission) -> Task:
        """Return what a judge is told of a submission."""
        seed = self.ledger.seed(self.exercise, submission)
        return Task(self.exercise.name, submission.content or b"", seed, self.sandbox)

    def keep(self, submission: Submission, record: Record, state: State | None = None) -> None:
        """Keep a verdict, and count it."""
        time = submission.time.isoformat() if submission.time else ""
        self.ledger.keep(
            record
            | {
                "student": submission.student,
                "file": submission.name,
                "sha256": submission.sha256,
                "content": (submission.content or b"").decode("utf-8", "surrogateescape"),
                "trouble": submission.trouble,
                "late": submission.late,
                "handed_in": time,
                "notes": list(submission.notes),
                "course": of_exercise(self.exercise),
                "judged": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        if state:
            state.done += 1
            state.words[word(record)] += 1


def word(record: Record) -> str:
    """Return a verdict in one word: passed, unknown, or what was forgotten."""
    verdict = record["verdict"]
    names = "_and_".join(diagnosis["name"] for diagnosis in verdict["diagnoses"])
    return names or str(verdict["verdict"])


def again(ledger: Ledger, exercise: Exercise, sandbox: str) -> Class:
    """Return the class whose submissions lie in a ledger, for judging them anew.

    Whoever could not be graded is left as they are.
    """
    held = [record for record in ledger.records() if record["sha256"]]
    submissions = [
        Submission(
            record["student"],
            record["file"],
            record["content"].encode("utf-8", "surrogateescape"),
            late=record["late"],
            time=datetime.fromisoformat(record["handed_in"]) if record["handed_in"] else None,
            notes=tuple(record["notes"]),
        )
        for record in held
    ]
    return Class(exercise, submissions, ledger, sandbox)


def changes(ledger: Ledger) -> Iterator[tuple[str, Record, Record]]:
    """Return everybody whose newest verdict is another than the one before: both, the old first."""
    for record in ledger.records():
        for before in record["earlier"][-1:]:
            if _decided(before) != _decided(record):
                yield record["student"], before, record


def _decided(record: Record) -> tuple[str, int, int]:
    points = record["verdict"]["points"]
    return word(record), points["earned"], points["undecided"]


def scores(ledger: Ledger, roster: Iterable[str] = ()) -> list[Score]:
    """Return everybody's score, by name; who is on the roster only has not handed in."""
    found = {record["student"]: _score(ledger, record) for record in ledger.records()}
    exercise, total = next(((score.exercise, score.total) for score in found.values()), ("", 0))
    for login in roster:
        if login not in found:
            found[login] = Score(login, exercise, "not handed in", None, total)
    return [found[student] for student in sorted(found)]


def _score(ledger: Ledger, record: Record) -> Score:
    student = record["student"]
    score = points.from_record(student, record)
    return replace(score, late=record["late"], override=ledger.decision(student))


def alarms(ledger: Ledger) -> Iterator[str]:
    """Return what must never be: the same bytes with another verdict."""
    by_bytes: dict[str, dict[str, list[str]]] = {}
    for record in ledger.records():
        for held in (record, *record["earlier"]):
            if held["sha256"] and held["course"] == record["course"]:
                words = by_bytes.setdefault(held["sha256"], {})
                words.setdefault(word(held), []).append(record["student"])
    for sha256, words in sorted(by_bytes.items()):
        if len(words) > 1:
            said = "; ".join(f"{name}: {', '.join(who)}" for name, who in sorted(words.items()))
            yield f"the same file ({sha256[:12]}) has different verdicts: {said}"
