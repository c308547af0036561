"""PrairieLearn's results.json, as an external grader writes it to /grade/results.

Read in PrairieLearn/PrairieLearn, docs on external grading: ``score`` is a number from 0 to 1 and
the only field that is needed; the file has at most 1 MB; with ``"gradable": false`` no points are
given or lost and no attempt is used up, and ``format_errors`` says why. That is just what unknown
means, so an undecided score is not gradable there. A grading job there has 30 seconds unless the
question's ``externalGradingOptions`` say more (600 at most); give it at least 120.
"""

import json
from typing import Any

from grader.classroom.exports.points import counting, why
from grader.classroom.scores import Score

BYTES_MAX = 1_000_000
"""PrairieLearn says 1 MB."""

_CUTS = (100_000, 10_000, 1_000, 100)  # characters of each text, tried until the file is short


def results(score: Score) -> str:
    """Return results.json for one score, at most `BYTES_MAX` long; a text that is cut says so."""
    for longest in _CUTS:
        text = json.dumps(_results(score, longest), indent=1, ensure_ascii=False)
        # A lone surrogate has no UTF-8; the report has none, a file name can.
        text = text.encode("utf-8", "backslashreplace").decode()
        if len(text.encode()) <= BYTES_MAX:
            break
    return text


def _results(score: Score, longest: int) -> dict[str, Any]:
    points, reason = counting(score), why(score)
    tests = [_test(check, longest) for check in score.checks]
    shown = {"output": _cut(score.report, longest), "tests": tests}
    if points is None:
        return {"gradable": False, "format_errors": [_cut(reason, longest)], **shown}
    message = " and ".join(score.diagnoses) or score.status
    if score.override:
        message = f"points given by {score.override.by}: {score.override.reason}"
    share = points / score.total if score.total else 1.0
    shown = {"message": _cut(message, longest), **shown}
    return {"gradable": True, "score": min(1.0, max(0.0, share)), **shown}


def _test(check: dict[str, Any], longest: int) -> dict[str, Any]:
    """Return one check; without points where nobody has decided them."""
    told = {
        "name": _cut(check["title"], longest),
        "max_points": check["points"],
        "message": _cut(check["reason"] or " and ".join(check["diagnoses"]), longest),
    }
    return told if check["earned"] is None else {**told, "points": check["earned"]}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} [cut; it goes on]"
