"""The summary that a reader's browser makes of its own record: what the script must know for it."""

import json
from typing import Any

from course_site import rendering
from course_site.rendering import every_lesson, fence, render

from grader import course, lessons
from grader.course import Exercise
from grader.lessons import Lesson
from grader.questions import COURSE_TEST, Question

_SHOWN = 90
"""How much of a question its line in the list shows."""


@fence
def summary(_: str) -> str:
    """Render the empty sheet, and a row for each unit that has a lesson or is asked about."""
    exercises = {exercise.number: exercise for exercise in course.exercises(rendering.ROOT)}
    by_number = {exercises[number].name: number for number in exercises}
    found = {by_number[lesson.name]: lesson for lesson in every_lesson()}
    asked = lessons.course_test(rendering.ROOT).questions
    units = [
        _unit(number, exercises.get(number), found.get(number), asked)
        for number in sorted({*found, *(one.unit_number for one in asked)})
    ]
    return render("summary", units=units)


def _unit(
    number: int, exercise: Exercise | None, lesson: Lesson | None, asked: tuple[Question, ...]
) -> dict[str, Any]:
    bank = lesson.bank if lesson else None
    about = [one for one in asked if one.unit_number == number]
    where = {one.id: f"{COURSE_TEST}.html#{one.id}" for one in about}
    if lesson and bank:
        where |= {one.id: f"{lesson.name}/test.html#{one.id}" for one in bank.questions}
    questions = [*(bank.questions if bank else ()), *about]
    return {
        "number": number,
        "title": exercise.title if exercise else "",
        "name": exercise.name if exercise else "",
        "questions": _points(bank.questions if bank else ()),
        "cards": [card.id for card in bank.cards] if bank else [],
        "asked": _points(about),
        "texts": {one.id: [where[one.id], _line(one.question)] for one in questions},
    }


def _points(questions: tuple[Question, ...] | list[Question]) -> dict[str, int]:
    return {one.id: one.points for one in questions}


def _line(text: str) -> str:
    """Return the beginning of a question as plain words."""
    words = text.replace("`", "").replace("**", "").split()
    line = ""
    for word in words:
        if len(line) + len(word) > _SHOWN:
            return f"{line} …"
        line = f"{line} {word}".strip()
    return line


def to_json(units: list[dict[str, Any]]) -> str:
    """Return what the script reads, safe inside of a script element."""
    return json.dumps(units).replace("<", "\\u003c")


rendering.environment().filters["units_json"] = to_json
