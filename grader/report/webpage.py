"""The report as one HTML page: the story, the picture, and a row for every compared item.

The page asks for nothing from anywhere, needs no script, and is readable on paper, on a phone, in
the dark and by ear: the picture has a text and a table that say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.course import Exercise
from grader.faults.schedule import Schedule
from grader.history import Phase
from grader.report import drawing, pair, words
from grader.report.story import Graded, capital, entry_of, tell
from grader.report.templates import template
from grader.verdict import Failed, Finding
from grader.workloads.workload import COMPARED, Workload


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One compared item: equal or not at the first different step, and where it differs first."""

    item: str
    name: str
    differs: bool
    here: str
    first: str


def render(graded: Graded, exercise: Exercise, replay: str, *, command: str = "grader") -> str:
    """Return the page; every text of the learner's is escaped."""
    outcome, verdict = graded.outcome, graded.outcome.verdict
    finding = verdict.finding if isinstance(verdict, Failed) else None
    history = graded.counterexample if finding else None
    trajectory = finding is not None and finding.kind == "trajectory"
    picture = None
    if graded.baseline:
        tried = [] if finding else _tried(graded, exercise)
        different = (finding.step, f"first different: {words.item(finding.item)}") \
            if finding and trajectory else None  # fmt: skip
        picture = drawing.draw(
            exercise.workload, graded.baseline, history, different=different, tried=tried
        )
    phases = history.phases if history else []
    story = tell(graded, exercise, command)
    return template("page.html.j2").render(
        story=story,
        happened=capital(story.happened),
        title=exercise.title,
        lead=_lead(graded, exercise),
        outcome=outcome,
        workload=exercise.workload,
        trains=exercise.trains,
        shown=history.case.shown if history and history.case else (),
        leaves=pair.leaves(history.case if history else None),
        asked=sum(check.trials for check in outcome.checks),
        picture=picture,
        size=drawing,
        headings=drawing.headings(phases),
        items=_items(finding, phases, graded.baseline, exercise.workload)
        if finding and trajectory
        else [],
        step=finding.step if finding else -1,
        printed=_printed(finding, phases),
        replay=replay,
        compared=words.listed([words.item(item) for item in exercise.workload.compared]),
    )


def _lead(graded: Graded, exercise: Exercise) -> str:
    """Return the page's headline."""
    verdict = graded.outcome.verdict
    if isinstance(verdict, Failed):
        return " · ".join(capital(entry_of(name, exercise).headline) for name in verdict.diagnoses)
    return {
        "passed": "Killed, resumed, and exact to the bit"
        if exercise.trains
        else "Told apart, to the bit",
        "unknown": "Nothing can be said about your file, and that is not your fault",
    }[verdict.word]


def _tried(graded: Graded, exercise: Exercise) -> list[Schedule]:
    """Return the schedules of every check that has a verdict."""
    titles = {result.title for result in graded.outcome.checks}
    return [
        schedule
        for check in exercise.checks
        if check.title in titles
        for schedule in check.faults(exercise.workload)
    ]


def _items(
    finding: Finding, phases: Sequence[Phase], baseline: Phase | None, workload: Workload
) -> list[ItemRow]:
    """Return a row for every compared item of the process that differs."""
    if finding.phase >= len(phases) or baseline is None:
        return []
    compared = [
        (step.index, baseline.steps[step.index].digests, step.digests)
        for step in phases[finding.phase].steps
        if step.digests and step.index < len(baseline.steps)
    ]
    rows = []
    for item in workload.compared:
        at = COMPARED.index(item)
        steps = [index for index, ours, theirs in compared if ours[at] != theirs[at]]
        differs = finding.step in steps
        rows.append(
            ItemRow(
                item,
                words.item(item).removeprefix("the "),
                differs,
                "≠ different" if differs else "= equal",
                f"step {steps[0]}" if steps else "never",
            )
        )
    return rows


def _printed(finding: Finding | None, phases: Sequence[Phase]) -> str:
    """Return what the process in question printed, already safe and cut by the judge."""
    if finding is None or finding.phase >= len(phases):
        return ""
    return phases[finding.phase].output.strip()
