"""The report for programs: one JSON object, versioned, described by verdict.schema.json.

Keys are stable: within one version of the schema none is renamed, removed or given another sense.
``stages`` holds seconds, which differ from run to run; after a failure so do ``counts``, because
the two lanes stop at slightly different places. Everything else is the same for the same file,
seed and version.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from grader.course import Exercise
from grader.report.happened import what_happened
from grader.report.story import Graded, entry_of, lesson_file
from grader.verdict import CheckResult, Failed, Finding, Unknown

SCHEMA = "exact-resume/verdict/1"
_SCHEMA_FILE = Path(__file__).with_name("verdict.schema.json")


def to_json(graded: Graded, exercise: Exercise, replay: str) -> dict[str, Any]:
    """Return the report as plain data that `schema` describes and `json.dumps` takes as it is.

    A learner's text in it has been made safe for a terminal; HTML has to escape it.
    """
    outcome, verdict = graded.outcome, graded.outcome.verdict
    failed = verdict if isinstance(verdict, Failed) else None
    names = failed.diagnoses if failed else ()
    return {
        "schema": SCHEMA,
        "verdict": verdict.word,
        "exit_code": int(outcome.exit_code),
        "exercise": outcome.exercise,
        "file": outcome.file,
        "seed": outcome.seed,
        "mode": outcome.mode,
        "device": outcome.device,
        "sandbox": outcome.sandbox,
        "whole": outcome.whole,
        "reason": verdict.reason if isinstance(verdict, Unknown) else "",
        "diagnoses": [_diagnosis(name, exercise) for name in names],
        "proved": list(failed.proved) if failed else [],
        "happened": what_happened(
            failed.finding, graded.counterexample, exercise.workload, outcome.file
        ) if failed else "",
        "finding": _finding(failed.finding) if failed else None,
        "checks": [_check(result) for result in outcome.checks],
        "points": {
            "earned": sum(result.earned or 0 for result in outcome.checks),
            "undecided": sum(c.points for c in exercise.checks)
            - sum(result.points for result in outcome.checks if result.earned is not None),
            "total": sum(check.points for check in exercise.checks),
        },
        "counts": {
            "kills": outcome.kills,
            "resumes": outcome.resumes,
            "reused": outcome.reused,
            "searched": outcome.searched,
        },
        "stages": {name: round(seconds, 3) for name, seconds in outcome.stages.items()},
        "replay": replay,
    }  # fmt: skip


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `to_json`."""
    read: dict[str, Any] = json.loads(_SCHEMA_FILE.read_text(encoding="utf-8"))
    return read


def _diagnosis(name: str, exercise: Exercise) -> dict[str, str]:
    entry = entry_of(name, exercise)
    lesson = lesson_file(entry) if entry.lesson else ""
    return {"name": name, "headline": entry.headline, "lesson": lesson}


def _finding(finding: Finding) -> dict[str, Any]:
    """Return a finding; item and step are null where it is about none."""
    return {
        "kind": finding.kind,
        "schedule": finding.schedule,
        "phase": finding.phase,
        "expected": finding.expected,
        "found": finding.found,
        "item": finding.item or None,
        "step": finding.step if finding.step >= 0 else None,
        "differing": list(finding.differing),
        "where": finding.where or None,
        "text": finding.text,
    }


def _check(result: CheckResult) -> dict[str, Any]:
    """Return a check; earned is null where a person has to look."""
    verdict = result.verdict
    failed = verdict if isinstance(verdict, Failed) else None
    return {
        "title": result.title,
        "verdict": verdict.word,
        "points": result.points,
        "earned": result.earned,
        "diagnoses": list(failed.diagnoses) if failed else [],
        "proved": list(failed.proved) if failed else [],
        "schedule": failed.finding.schedule if failed else None,
        "reason": verdict.reason if isinstance(verdict, Unknown) else "",
        "trials_planned": result.trials_planned,
    }
