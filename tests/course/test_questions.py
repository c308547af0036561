"""Every key of every question is proved: what can be run is run."""

import ast
import contextlib
import io
import itertools
from pathlib import Path

import pytest

from grader import course, lessons
from grader.questions import BLOCKS_MARK, Option, Question

COURSE_TEST = lessons.course_test(course.course_root()).questions
UNITS = [
    question
    for lesson in lessons.lessons(course.course_root())
    for question in lesson.bank.questions
]
ALL = [*UNITS, *COURSE_TEST]


def printed(program: str) -> str:
    """Run a program of ours, in the working directory, and return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "question", "exec"), {"__name__": "__main__"})  # noqa: S102
    return out.getvalue()


def named(question: Question) -> str:
    return question.id


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("question", [q for q in ALL if q.code], ids=named)
def test_shown_code_runs_as_it_stands(question: Question):
    """A reader who copies it meets no error."""
    met = ""
    try:
        printed(question.code)
    except Exception as problem:  # noqa: BLE001 - whatever it is, its reader would meet it
        met = repr(problem)

    assert not met


@pytest.mark.parametrize("question", [q for q in ALL if q.options and q.proof], ids=named)
def test_a_choices_proof_holds(question: Question):
    """It asserts what the key claims, and its assertions are true."""
    claims = [node for node in ast.walk(ast.parse(question.proof)) if isinstance(node, ast.Assert)]
    printed(question.proof)

    assert claims


@pytest.mark.parametrize("question", [q for q in ALL if q.kind == "predict"], ids=named)
def test_a_prediction_is_what_the_program_prints(question: Question):
    """The one line that comes is that of the right option, and of no other."""
    (line,) = printed(question.code).splitlines()

    assert [line] == [option.prints for option in question.options if option.right]
    assert line not in [option.prints for option in question.options if not option.right]


@pytest.mark.parametrize("question", [q for q in ALL if q.kind in {"number", "text"}], ids=named)
def test_a_typed_key_is_what_its_proof_prints(question: Question):
    """A number is within its tolerance, a text among those accepted; no likely mistake is."""
    (line,) = printed(question.proof).splitlines()
    mistakes = [wrong.answer for wrong in question.wrong]

    assert mistakes
    if question.kind == "text":
        assert line in question.accept
        assert not set(mistakes) & set(question.accept)
    else:
        assert question.value is not None
        assert abs(float(line) - question.value) <= question.tolerance
        assert all(abs(float(one) - question.value) > question.tolerance for one in mistakes)


@pytest.mark.parametrize("question", [q for q in ALL if q.kind == "order"], ids=named)
def test_an_order_works_and_every_other_fails(question: Question):
    """Of all orders of the blocks exactly those that are called right run to their end."""
    works = set()
    for order in itertools.permutations(range(len(question.blocks))):
        blocks = "\n".join(question.blocks[at] for at in order)
        with contextlib.suppress(Exception):
            printed(question.proof.replace(BLOCKS_MARK, blocks))
            works.add(order)

    assert question.orders == works


@pytest.mark.parametrize("question", [q for q in ALL if q.options], ids=named)
def test_every_option_says_why_by_itself(question: Question):
    """No two options are explained alike, and each wrong one is a misconception with a name."""

    def held(of: str) -> list[str]:
        return [getattr(option, of) for option in question.options]

    wrong: list[Option] = [option for option in question.options if not option.right]

    assert len(set(held("why"))) == len(question.options)
    assert len(set(held("text"))) == len(question.options)
    assert all(option.misconception for option in wrong)


def test_the_courses_test_asks_what_no_unit_asks():
    """Its thirty questions have texts and programs of their own."""
    of_units = {text for one in UNITS for text in (one.question, one.code) if text}

    assert len(COURSE_TEST) == 30
    assert not of_units & {text for one in COURSE_TEST for text in (one.question, one.code)}


def test_no_id_stands_for_two_questions():
    """A record in a learner's browser belongs to one question of the whole course."""
    names = [question.id for question in ALL]

    assert len(set(names)) == len(names) > 0
