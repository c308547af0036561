"""JUnit XML: one testsuite an exercise, one testcase a student and check.

What a person has to decide is an ``error``: there it means that a test could not be carried out, so
a dashboard turns red and somebody looks. ``skipped`` would stay green and read as "nothing wrong".
``skipped`` is what was not tried: nothing handed in, or the grader's question answered by a person.

The elements and attributes are those that Jenkins's xunit plugin accepts (jenkinsci/xunit-plugin,
types/model/xsd/junit-10.xsd). There are no times: the grader measures submissions, not checks, and
the same scores make the same file.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.classroom.exports.points import number, why
from grader.classroom.scores import Score

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit(scores: Sequence[Score]) -> bytes:
    """Return the XML, sorted by exercise and student.

    A character that XML cannot hold becomes the sign U+FFFD.
    """
    root = Element("testsuites", name="exact-resume")
    ordered = sorted(scores, key=lambda score: (score.exercise, score.student))
    for exercise, alike in groupby(ordered, key=lambda score: score.exercise):
        suite = SubElement(root, "testsuite", name=_legal(exercise))
        for score in alike:
            suite.extend(_cases(score))
        suite.set("tests", str(len(suite)))
        for attribute, tag in _COUNTED.items():
            suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    indent(root)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _cases(score: Score) -> Iterator[Element]:
    """Yield a testcase for each check, or one for the whole where there are none."""
    if score.override:
        by, points = score.override.by, number(score.override.points)
        given = f"{by} gave {points} of {score.total} points: {score.override.reason}"
    else:
        given = ""
    for check in score.checks or [{"title": "handed in and graded", "verdict": score.status}]:
        case = Element("testcase", classname=_legal(score.student), name=_legal(check["title"]))
        if check["verdict"] == "failed":
            _note(case, "failure", _because(check, score), score.report)
        elif check["verdict"] != "passed":
            if given:
                _note(case, "skipped", given)
            elif score.status == "not handed in":
                _note(case, "skipped", why(score))
            else:
                _note(case, "error", check.get("reason") or why(score), score.report)
        yield case


def _because(check: dict[str, Any], score: Score) -> str:
    return " and ".join(check.get("diagnoses") or score.diagnoses) or "failed"


def _note(case: Element, tag: str, message: str, text: str = "") -> None:
    note = SubElement(case, tag, message=_legal(message))
    if tag == "failure":
        note.set("type", _legal(message))
    elif tag == "error":
        note.set("type", "by hand")
    note.text = _legal(text)


def _legal(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
