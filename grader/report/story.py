"""What there is to tell about a verdict, in which order: the same for every kind of report.

What happened comes first, in words; then expected, found, why, proof, one question, what to try,
and where to read on. A FAIL's story has no number that differs from machine to machine.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.course import Exercise
from grader.diagnosis.catalog import Entry
from grader.diagnosis.elsewhere import KEPT
from grader.diagnosis.rules import UNEXPLAINED, UNEXPLAINED_ANSWER
from grader.errors import CourseError
from grader.faults.schedule import Schedule
from grader.history import History, Phase
from grader.process.sandbox import NONE
from grader.report import files, words
from grader.report.happened import what_happened
from grader.verdict import SECRET, Failed, Finding, Outcome, Unknown
from grader.workloads.workload import Workload

WORD = {"passed": "PASS", "failed": "FAIL", "unknown": "UNKNOWN"}
MARK = {"passed": "✓", "failed": "✗", "unknown": "?"}


class Graded(Protocol):
    """An outcome with what a report draws, as `grader.grade` returns it."""

    @property
    def outcome(self) -> Outcome:
        """Everything about the grading."""

    @property
    def baseline(self) -> Phase | None:
        """The training uninterrupted."""

    @property
    def counterexample(self) -> History | None:
        """The trial that failed."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as a report shows it.

    Attributes:
        mark, word: the verdict, twice: a sign is never the only one to say it.
        note: the diagnosis where it is another than the report's own, or what to do.
        fault: id of the schedule that failed.
    """

    mark: str
    word: str
    points: str
    title: str
    note: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The words of a report.

    Attributes:
        word: PASS, FAIL or UNKNOWN.
        names: the diagnoses.
        mode: the mode, and "proof" where there is one.
        happened: one sentence that says what was seen.
        parts: (label, paragraphs), always in the same order.
        trace: the last lines of the learner's traceback.
        points: the sum, in words.
        challenge: why losses differ from run to run.
    """

    word: str
    exercise: str
    names: tuple[str, ...]
    mode: str
    happened: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    trace: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    points: str
    challenge: str


def tell(graded: Graded, exercise: Exercise, command: str = "grader") -> Story:
    """Return the story of a grading; *command* is how this learner types ``grader``."""
    outcome = graded.outcome
    verdict = outcome.verdict
    names: tuple[str, ...] = ()
    trace: list[str] = []
    if isinstance(verdict, Failed):
        names = verdict.diagnoses
        happened = what_happened(
            verdict.finding, graded.counterexample, exercise.workload, outcome.file
        )
        parts = _parts_of_failure(verdict, exercise, outcome)
        parts[2:2] = files.parts(verdict.finding, graded.counterexample)
        clean = words.without_paths(verdict.finding.text, outcome.file)
        trace = words.last_lines(clean, Path(outcome.file).name)
    elif isinstance(verdict, Unknown):
        reason = words.without_paths(verdict.reason, outcome.file)
        happened = f"nothing can be said about your file: {reason}"
        parts = _parts_of_unknown(verdict, command)
    else:
        happened = _tried(outcome, exercise)
        parts = _parts_of_pass(outcome, exercise, command)
    proof = isinstance(verdict, Failed) and bool(
        verdict.proved or KEPT in verdict.diagnoses or verdict.evidence
    )
    mode = outcome.mode + f" on {outcome.device}" * bool(outcome.device) + ", proof" * proof
    return Story(
        WORD[verdict.word], outcome.exercise, names, mode, happened,
        tuple((label, tuple(held)) for label, held in parts if held), tuple(trace),
        tuple(_check_lines(outcome, exercise, names)), _points(outcome, exercise),
        _challenge(outcome, exercise),
    )  # fmt: skip


def _parts_of_failure(
    verdict: Failed, exercise: Exercise, outcome: Outcome
) -> list[tuple[str, list[str]]]:
    finding = verdict.finding
    entries = [entry_of(name, exercise) for name in verdict.diagnoses]
    why = [". ".join(filter(None, (entry.headline, capital(entry.why)))) for entry in entries]
    return [
        ("Expected", [_expected(finding, outcome)]),
        ("Found", [_found(finding, outcome, exercise.workload)]),
        ("Why", why),
        ("Proof", _proof(verdict)),
        ("Search", _searched(outcome)),
        ("Question", [entry.question for entry in entries[:1] if entry.question]),
        ("Try", [entry.try_ for entry in entries if entry.try_]),
        ("Lesson", [lesson_file(entry) for entry in entries if entry.lesson]),
    ]


def _expected(finding: Finding, outcome: Outcome) -> str:
    if finding.kind == "trajectory":
        return "the baseline's bits: those of the same training, never killed"
    return words.without_paths(finding.expected, outcome.file)


def _found(finding: Finding, outcome: Outcome, workload: Workload) -> str:
    if finding.kind != "trajectory":
        return words.without_paths(
            words.exception(finding.text) or finding.found, outcome.file
        ).strip()
    names = [words.item(name) for name in finding.differing or (finding.item,)]
    count = f"{len(names)} of {len(workload.compared)} compared items"
    return f"in step {finding.step}, {count} differ: {words.listed(names)}"


def _proof(verdict: Failed) -> list[str]:
    if KEPT in verdict.diagnoses:
        repeated = "the same kill was repeated twice: with everything outside the checkpoint folder"
        return [f"{repeated} left in its place the resume was exact, and with it taken away not"]
    if verdict.proved:
        names = words.listed([words.item(name) for name in verdict.proved])
        less = "; with one of them left out it was not" if len(verdict.proved) > 1 else ""
        done = f"after load(), these were replaced by the baseline's: {names}"
        return [f"{done}. Every step was exact then{less}", *verdict.evidence]
    if verdict.evidence:
        return list(verdict.evidence)
    in_save = Schedule.parse(verdict.finding.schedule).in_save
    if verdict.finding.kind == "trajectory" and verdict.finding.phase and not in_save:
        said = (
            "no proof: with the baseline's state put in the place of yours, the rest was not exact"
        )
        return [f"{said}; so the cause is not known for sure"]
    return []


def _searched(outcome: Outcome) -> list[str]:
    if not outcome.searched:
        return []
    told = f"{outcome.searched} more schedules, each of two or three kills in a row, were tried"
    failed = isinstance(outcome.verdict, Failed)
    return [f"{told}; this is the simplest that fails" if failed else f"{told}, and none failed"]


def _parts_of_unknown(verdict: Unknown, command: str) -> list[tuple[str, list[str]]]:
    fault = "" if "not yours" in verdict.reason else "This is our fault, not yours. "
    return [
        ("Why", [f"{fault}An unknown verdict costs no points: exit code 3, neither 0 nor 1."]),
        ("Try", [f"run it again; if it stays so, `{command} doctor` says what is wrong here"]),
    ]


def _parts_of_pass(
    outcome: Outcome, exercise: Exercise, command: str
) -> list[tuple[str, list[str]]]:
    whole = outcome.whole
    following = f"{command} next" if whole else f"{command} run {exercise.name}"
    if not exercise.trains:
        return [("Next", [following])]
    resumes = f"{outcome.resumes} {'processes' if outcome.resumes != 1 else 'process'} run"
    if outcome.reused:
        resumes += (
            f"; {outcome.reused} more were not needed: the checkpoint folder was byte-identical "
            "to one already resumed"
        )
    if (again := outcome.kills - outcome.resumes - outcome.reused) > 0:
        resumes += f"; {again} {'were' if again > 1 else 'was'} killed again on the way"
    parts = [("Resumes", [resumes]), ("Search", _searched(outcome)), ("Next", [following])]
    if outcome.device:
        few = "most faults: each process takes seconds to begin here, so a few of each check were"
        parts.insert(2, ("Unseen", [f"{few} tried; another seed tries others"]))
    elif outcome.sandbox == NONE.name:
        unseen = "whether state lay outside the checkpoint folder too, as in /tmp; to see it:"
        parts.insert(2, ("Unseen", [f"{unseen} `{command} run {exercise.name} --sandbox auto`"]))
    return parts


def _tried(outcome: Outcome, exercise: Exercise) -> str:
    if outcome.fault:
        return "this fault alone was tried, and every promise held; the others were not tried now"
    workload = exercise.workload
    if not exercise.trains:
        asked = sum(check.trials for check in outcome.checks)
        return (
            f"{asked} cases, each asked in two new processes with other hash seeds: every answer "
            "was right"
        )
    processes = "process was" if outcome.kills == 1 else "processes were"
    return (
        f"{outcome.kills} {processes} killed (SIGKILL), and new ones went on from the checkpoint "
        f"folder alone: in each of the {len(workload.compared)} compared items, every step had the "
        "bits of the baseline, the same training never killed"
    )


def _check_lines(outcome: Outcome, exercise: Exercise, names: tuple[str, ...]) -> list[CheckLine]:
    lines = []
    results = {result.title: result for result in outcome.checks}
    for check in exercise.checks:
        result = results.get(check.title)
        if result is None:
            lines.append(CheckLine("?", "not tried", f"- of {check.points}", check.title))
            continue
        verdict, note, fault = result.verdict, "", ""
        if isinstance(verdict, Failed):
            fault = verdict.finding.schedule
            note = f"cause: {verdict.name}" if verdict.diagnoses != names else ""
        elif isinstance(verdict, Unknown):
            note = "to be graded by hand"
        earned = "?" if result.earned is None else str(result.earned)
        mark = MARK[verdict.word]
        lines.append(
            CheckLine(mark, verdict.word, f"{earned} of {check.points}", check.title, note, fault)
        )
    return lines


def _points(outcome: Outcome, exercise: Exercise) -> str:
    total = sum(check.points for check in exercise.checks)
    known = [result.earned for result in outcome.checks if result.earned is not None]
    if outcome.reason or not known:
        return f"no points given or taken, of {total}"
    open_ = total - sum(result.points for result in outcome.checks if result.earned is not None)
    by_hand = f"; {open_} not decided" if open_ else ""
    return f"{sum(known)} of {total} points{by_hand}"


def _challenge(outcome: Outcome, exercise: Exercise) -> str:
    kept = "" if outcome.seed == SECRET else f" Replay keeps seed {outcome.seed}."
    if not exercise.trains:
        return f"The numbers in the cases differ from run to run.{kept}"
    return (
        "Losses differ from run to run: each run mixes fresh random numbers (its challenge) into "
        f"the batches, so that nothing can be replayed from memory.{kept}"
    )


def capital(text: str) -> str:
    """Return a sentence with a capital, unless it begins with a function's name."""
    return text if "(" in text.split(" ", 1)[0] else text[:1].upper() + text[1:]


def entry_of(name: str, exercise: Exercise) -> Entry:
    """Return the words of a diagnosis; its bare name where nobody has written any."""
    try:
        return exercise.entry(name)
    except CourseError:
        said = (
            "the cause is not known"
            if name in {UNEXPLAINED, UNEXPLAINED_ANSWER}
            else name.replace("_", " ")
        )
        return Entry(name, said, "", "", "", "", "")


def lesson_file(entry: Entry) -> str:
    """Return where a diagnosis is taught, as a path from the course's root."""
    anchor = entry.lesson.partition("#")[2]
    return f"lessons/{entry.page}" + (f", section {anchor}" if anchor else "")
