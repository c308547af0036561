"""A question in plain text: how it is shown, what an answer means, and what is said of it."""

from collections.abc import Iterator

from grader.questions import Question
from grader.record import Answer

LETTERS = "ABCDEF"


def shown(question: Question, number: int, count: int) -> Iterator[str]:
    """Yield the paragraphs of a question, before it is answered."""
    points = f"{question.points} point{'s' * (question.points > 1)}"
    yield f"Question {number} of {count}, {question.level}, {points}"
    yield question.question.strip()
    if question.code:
        yield _indented(question.code)
    for letter, option in zip(LETTERS, question.options, strict=False):
        yield f"  {letter}. {option.text}"
    for letter, (_, block) in zip(LETTERS, question.shuffled, strict=False):
        yield f"  {letter}.\n{_indented(block)}"


def how(question: Question) -> str:
    """Return what to type."""
    last = LETTERS[max(len(question.options), len(question.blocks)) - 1]
    return {
        "choice": f"A to {last}",
        "predict": f"A to {last}",
        "multi": f"every right one of A to {last}, such as AC",
        "order": f"A to {last} in the right order, such as {LETTERS[1]}{LETTERS[0]}…",
        "number": f"a number{f' of {question.unit}' if question.unit else ''}",
        "text": "a word, or a few",
    }[question.kind]


def answer(question: Question, typed: str) -> Answer | None:
    """Return what was typed as a record holds it; None where it is no answer to this question."""
    if question.kind == "number":
        return typed if number(typed) is not None else None
    if question.kind == "text":
        return typed.strip() or None
    places = question.shuffled if question.kind == "order" else list(enumerate(question.options))
    known = dict(zip(LETTERS, (str(place) for place, _ in places), strict=False))
    chosen = [sign for sign in typed.upper() if not sign.isspace() and sign not in ",.;"]
    if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(known):
        return None
    fits = {"multi": True, "order": len(chosen) == len(known)}.get(question.kind, len(chosen) == 1)
    values = [known[sign] for sign in chosen]
    return (values if question.kind == "order" else sorted(values)) if fits else None


def judge(question: Question, given: Answer) -> bool:
    """Say whether an answer is right, as the site does."""
    if isinstance(given, list):
        if question.kind == "order":
            return tuple(map(int, given)) in question.orders
        return {str(at) for at, one in enumerate(question.options) if one.right} == set(given)
    if question.kind == "number":
        value, key = number(given), question.value
        return value is not None and key is not None and abs(value - key) <= question.tolerance
    return plain(given) in {plain(one) for one in question.accept}


def said(question: Question, given: Answer, *, right: bool, sure: bool) -> Iterator[str]:
    """Yield what is said of an answer: of each option chosen, and of a wrong one that is likely."""
    if right:
        yield "✓ Right." + " You were not sure: it comes back tomorrow all the same." * (not sure)
    else:
        yield "✗ Not yet." + " You were sure: this one comes back first." * sure
    if isinstance(given, list) and question.options:
        for value in given:
            option = question.options[int(value)]
            yield f"  {LETTERS[int(value)]} is {'right' if option.right else 'wrong'}. {option.why}"
        good = {str(at) for at, one in enumerate(question.options) if one.right}
        if missing := len(good - set(given)) if question.kind == "multi" else 0:
            yield f"  {missing} right answer{'s are' if missing > 1 else ' is'} not chosen."
    if isinstance(given, str) and not right:
        yield from (f"  {one.why}" for one in question.wrong if same(question, one.answer, given))


def solution(question: Question) -> Iterator[str]:
    """Yield the worked solution."""
    yield from (f"  {number}. {step}" for number, step in enumerate(question.steps, 1))
    if question.blocks:
        yield _indented("\n".join(question.blocks))
    yield f"  Final answer: {question.final}"
    yield f"  Quick check: {question.check}"


def number(text: str) -> float | None:
    """Return a typed number, with a decimal comma or point; None where it is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def plain(text: str) -> str:
    """Return a typed text as the site compares it: without case, spaces and quotes."""
    return "".join(sign for sign in text.lower() if not sign.isspace() and sign not in "\"'`")


def same(question: Question, one: str, other: str) -> bool:
    """Say whether two typed answers are the same."""
    if question.kind == "number":
        return number(one) == number(other)
    return plain(one) == plain(other)


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.strip("\n").splitlines())
