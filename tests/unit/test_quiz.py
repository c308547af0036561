"""Are answers typed in a terminal judged as on the site, for every question of the course?"""

import pytest

from grader import course, lessons, quiz
from grader.questions import Question

QUESTIONS = [
    question
    for lesson in lessons.lessons(course.course_root())
    for question in lesson.bank.questions
]
QUESTIONS += lessons.course_test(course.course_root()).questions


def right_keys(question: Question) -> str:
    """Return what a learner types who knows."""
    if question.kind == "number":
        return str(question.value).replace(".", ",")
    if question.kind == "text":
        return f" {question.accept[0].upper()} "
    if question.kind == "order":
        places = [place for place, _ in question.shuffled]
        return " ".join(quiz.LETTERS[places.index(at)] for at in range(len(places)))
    return "".join(quiz.LETTERS[at] for at, one in enumerate(question.options) if one.right).lower()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.id)
def test_the_key_is_right_and_another_is_explained(question: Question) -> None:
    """Every kind: the key in letters, each wrong option or likely wrong answer, and nonsense."""
    given = quiz.answer(question, right_keys(question))
    assert given is not None
    assert quiz.judge(question, given)
    assert next(quiz.said(question, given, right=True, sure=True)) == "✓ Right."
    for at, option in enumerate(question.options):
        chosen = quiz.answer(question, quiz.LETTERS[at])
        assert chosen is not None
        if not option.right:
            assert not quiz.judge(question, chosen)
            assert option.why in "".join(quiz.said(question, chosen, right=False, sure=True))
    for wrong in question.wrong:
        told = "".join(quiz.said(question, wrong.answer, right=False, sure=False))
        assert not quiz.judge(question, wrong.answer)
        assert wrong.why in told
    assert quiz.answer(question, "") is None
    if question.options or question.blocks:
        assert quiz.answer(question, "Z") is None
        assert quiz.answer(question, "AA") is None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.id)
def test_a_question_is_shown_whole(question: Question) -> None:
    """Its text, code and every option are there; the order of blocks is not the right one."""
    told = "\n".join(quiz.shown(question, 1, 10))

    assert question.question.strip() in told
    for line in question.code.strip().splitlines():
        assert line in told
    for option in question.options:
        assert option.text in told
    assert tuple(place for place, _ in question.shuffled) not in question.orders or not (
        question.blocks
    )
