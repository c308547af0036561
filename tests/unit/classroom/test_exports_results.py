"""The results of one score for Gradescope, PrairieLearn and JUnit; unknown is never a number."""

import json
import re

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.exports import gradescope, prairielearn
from grader.classroom.exports.junit import junit
from grader.classroom.exports.points import from_record
from grader.report import machine
from grader.verdict import Failed, Finding, Passed, Unknown
from tests.unit.classroom.made_scores import (
    EXERCISE,
    TITLES,
    absent,
    alphabet,
    by_hand,
    check,
    failed,
    overridden,
    passed,
)
from tests.unit.report import outcomes

ANY = st.text()
"""Any text at all, lone surrogates and control characters too."""


def of_gradescope(score):
    return json.loads(gradescope.results(score))


def of_prairielearn(score):
    return json.loads(prairielearn.results(score))


def test_gradescope_gets_the_score_and_each_check():
    made = of_gradescope(failed())

    assert (4, "hidden", "FAIL  ex01\n") == (
        made["score"],
        made["stdout_visibility"],
        made["output"],
    )
    assert [("failed", 0, 6), ("passed", 3, 3), ("passed", 1, 1)] == [
        (test["status"], test["score"], test["max_score"]) for test in made["tests"]
    ]
    assert "missing_optimizer" == made["tests"][0]["output"]


def test_gradescope_gets_no_total_while_a_check_is_undecided():
    made = of_gradescope(by_hand())
    undecided, *decided = made["tests"]

    assert "score" not in made
    assert made["output"].startswith("NOT GRADED YET. A person has to grade this: the machine was")
    assert not {"score", "status"} & set(undecided)
    assert [3, 1] == [test["score"] for test in decided]


@pytest.mark.parametrize("made", [of_gradescope, of_prairielearn])
@pytest.mark.parametrize("score", [absent(), by_hand(checks=())])
def test_no_number_stands_where_nothing_was_graded(made, score):
    held = made(score)

    assert "score" not in held
    assert [] == held["tests"]


def test_a_person_s_points_go_to_gradescope_and_prairielearn():
    score = overridden(by_hand())

    assert 7.5 == of_gradescope(score)["score"]
    assert "Points given by Grace" in of_gradescope(score)["output"]
    assert (True, 0.75) == (of_prairielearn(score)["gradable"], of_prairielearn(score)["score"])
    assert "Grace" in of_prairielearn(score)["message"]


def test_prairielearn_gets_a_share_of_1():
    made = of_prairielearn(failed())

    assert (True, 0.4, "missing_optimizer") == (made["gradable"], made["score"], made["message"])
    assert [(0, 6), (3, 3), (1, 1)] == [
        (test["points"], test["max_points"]) for test in made["tests"]
    ]


def test_prairielearn_is_told_that_unknown_is_not_gradable():
    made = of_prairielearn(by_hand())

    assert made["gradable"] is False
    assert "the machine was too slow" in made["format_errors"][0]
    assert "points" not in made["tests"][0]


@given(ANY, st.sampled_from(["\0", "漢", "😀", '"']), st.integers(0, 12))
def test_prairielearn_s_file_is_never_too_long(text, sign, checks):
    long = sign * 200_000
    many = [check(f"{text}{long}", 1, "unknown", reason=long) for _ in range(checks)]

    made = prairielearn.results(by_hand(checks=many, report=long, reason=long))

    assert len(made.encode()) <= prairielearn.BYTES_MAX
    assert checks == len(json.loads(made)["tests"])


@given(ANY, ANY, ANY)
def test_every_text_goes_through_every_format(student, report, reason):
    score = by_hand(student, report=report, reason=reason)

    assert of_gradescope(score)["output"].endswith(report)
    assert of_prairielearn(score)["gradable"] is False
    assert 1 == junitparser.JUnitXml.fromstring(junit([score])).errors


def cases(scores):
    """Return the testcases as an independent reader sees them, by student and check."""
    return {
        (case.classname, case.name): [type(note).__name__ for note in case.result]
        for suite in junitparser.JUnitXml.fromstring(junit(scores))
        for case in suite
    }


def test_junit_has_a_testcase_for_each_student_and_check():
    made = cases([passed(), failed(), by_hand()])

    assert 9 == len(made)
    assert ([], ["Failure"], ["Error"]) == (
        made["ada", TITLES[0]],
        made["bob", TITLES[0]],
        made["eve", TITLES[0]],
    )


def test_junit_turns_red_for_what_a_person_has_to_decide_and_not_for_what_was_not_tried():
    name = "handed in and graded"

    assert ["Error"] == cases([by_hand(checks=())])["eve", name]
    assert ["Skipped"] == cases([absent()])["joe", name]
    assert ["Skipped"] == cases([overridden(by_hand())])["eve", TITLES[0]]


def test_junit_counts_what_it_holds_in_one_suite_an_exercise():
    xml = junitparser.JUnitXml.fromstring(junit([*alphabet(), passed(exercise="ex03")]))
    said = [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in xml]
    for suite in xml:
        suite.update_statistics()

    assert [(EXERCISE, 13, 1, 1, 2), ("ex03", 3, 0, 0, 0)] == said
    assert said == [
        (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in xml
    ]


REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": REQUIRED["testsuite"] | {"skipped"},
    "testcase": {"name", "classname"},
    **{tag: {"type", "message"} for tag in ("failure", "error", "skipped")},
}
INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped"},
}


def test_junit_keeps_the_rules_of_jenkins_s_schema():
    """The rules are those of xunit-plugin's junit-10.xsd, as far as we use them."""
    root = junitparser.JUnitXml.fromstring(junit(alphabet()))._elem  # noqa: SLF001 - the plain tree

    assert "testsuites" == root.tag
    for element in root.iter():
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib) <= ALLOWED[element.tag]
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())


def test_a_character_that_xml_cannot_hold_is_shown_as_one():
    made = junit([passed("a\0b\x1b\ud800")]).decode()

    assert re.search('classname="a\ufffdb\ufffd\ufffd"', made)


PASSED, UNKNOWN = Passed(), Unknown("the machine was too slow")
FAILED = Failed(Finding("progress", "kill@20:backward", 1, "a", "b"), ("missing_optimizer",))


@pytest.mark.parametrize(
    ("verdicts", "status", "earned", "reason"),
    [
        ((PASSED, PASSED), "passed", True, ""),
        ((PASSED, FAILED), "failed", True, ""),
        ((PASSED, UNKNOWN), "by hand", False, "the machine was too slow"),
        ((FAILED, UNKNOWN), "by hand", False, "the machine was too slow"),
    ],
)
def test_a_record_makes_a_score(verdicts, status, earned, reason):
    graded = outcomes.Graded(outcomes.outcome(*verdicts, PASSED, PASSED))
    verdict = machine.to_json(graded, outcomes.EXERCISE, "grader class replay")

    score = from_record("ada", {"verdict": verdict, "report": "PASS", "seconds": 3.0})

    points = verdict["points"]["earned"] if earned else None
    assert (status, points, reason) == (score.status, score.points, score.reason)
    assert ("ada", EXERCISE, sum(outcomes.POINTS), 4) == (
        score.student,
        score.exercise,
        score.total,
        len(score.checks),
    )
