"""A question that is broken stops the build, with file, line, rule and fix."""

from pathlib import Path

import pytest

from grader import questions
from grader.errors import CourseError

FIRST = """
[[question]]
id = "ex01-first"
level = "easy"
kind = "choice"
section = "how.md#heading"
question = "What?"
hint = "Look."
steps = ["One.", "Two."]
final = "A."
check = "Run it."
mistakes = ["Haste."]

[[question.options]]
text = "A"
why = "It is."
right = true

[[question.options]]
text = "B"
why = "It is not."
misconception = "b-is-all"

[[question.options]]
text = "C"
why = "Nor is this."
misconception = "c-is-all"
"""
NUMBER = FIRST[: FIRST.index("[[question.options]]")].replace('"choice"', '"number"')
ORDER = NUMBER.replace('"number"', '"order"')
CARD = '[[card]]\nid = "ex01-card"\nfront = "What?"\nback = "That."\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a bank stands, beside the page that its questions send a reader to."""
    folder = tmp_path / "ex01_first_checkpoint"
    folder.mkdir()
    (folder / "how.md").write_text("# Heading\n")
    return folder / "questions.toml"


def test_a_bank_is_read_whole(path: Path):
    """What was written is what the site and the tests get."""
    path.write_text(FIRST + CARD)

    bank = questions.read(path)

    (question,) = bank.questions
    assert [True, False, False] == [option.right for option in question.options]
    assert 1 == question.points
    assert bank.question("ex01-first") is question
    assert bank.question("ex01-other") is None
    assert "That." == bank.cards[0].back


BROKEN = {
    "no hint": (FIRST.replace('hint = "Look."\n', ""), "hint is missing"),
    "empty hint": (FIRST.replace('"Look."', '""'), "hint is missing or empty"),
    "strange key": (FIRST.replace("hint =", 'clue = "x"\nhint ='), "clue is no key"),
    "foreign id": (FIRST.replace("ex01-first", "ex03-first"), "no id of this unit"),
    "capital id": (FIRST.replace("ex01-first", "ex01-First"), "no id of this unit"),
    "level": (FIRST.replace('"easy"', '"simple"'), "level 'simple'"),
    "kind": (FIRST.replace('"choice"', '"essay"'), "kind 'essay'"),
    "section": (FIRST.replace("how.md#heading", "why.md#heading"), "leads nowhere"),
    "no anchor": (FIRST.replace("how.md#heading", "how.md"), "leads nowhere"),
    "steps": (FIRST.replace('["One.", "Two."]', '"One."'), "steps is no list of texts"),
    "no why": (FIRST.replace('why = "It is not."\n', ""), "option 2 has no why"),
    "no name": (FIRST.replace('misconception = "b-is-all"\n', ""), "option 2 has no misconception"),
    "no right": (FIRST.replace("right = true", 'misconception = "x"'), "0 right options"),
    "same why": (FIRST.replace("It is not.", "It is."), "two options with the same why"),
    "option a text": (
        NUMBER.replace('"number"', '"choice"') + 'options = ["A", "B", "C"]\n',
        "options is no list of tables",
    ),
    "no code": (FIRST.replace('"choice"', '"predict"'), "code is missing"),
    "no proof": (NUMBER + "value = 4\n", "proof is missing"),
    "no value": (NUMBER + 'proof = "print(4)"\n', "value is missing"),
    "value a text": (NUMBER + 'value = "4"\nproof = "print(4)"\n', "value is no number"),
    "two blocks": (ORDER + 'blocks = ["a", "b"]\nproof = "# BLOCKS"\n', "3 to 6 blocks"),
    "no mark": (ORDER + 'blocks = ["a", "b", "c"]\nproof = "pass"\n', "no line '# BLOCKS'"),
    "no order": (
        ORDER + 'blocks = ["a", "b", "c"]\nproof = "# BLOCKS"\nalso = [[0, 0, 1]]\n', "no order",
    ),
    "card": (FIRST + CARD.replace("back", "reverse"), "back is missing"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_entry_is_named_with_file_line_and_fix(path: Path, kind: str):
    """The line is where the entry begins, so an editor can jump to it."""
    text, said = BROKEN[kind]
    path.write_text("# a comment\n" + text)
    mark = "[[card]]" if kind == "card" else "[[question]]"
    line = f"# a comment\n{text}".splitlines().index(mark) + 1

    with pytest.raises(CourseError) as refused:
        questions.read(path)

    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert said in str(refused.value)
    assert ". Fix: " in str(refused.value)


@pytest.mark.parametrize("text", [FIRST + FIRST, FIRST + CARD.replace("ex01-card", "ex01-first")])
def test_an_id_is_used_once(path: Path, text: str):
    """A record in a browser can belong to one question only, or to one card."""
    path.write_text(text)

    with pytest.raises(CourseError, match="ex01-first is used twice"):
        questions.read(path)


@pytest.mark.parametrize(
    "text", ["question = 3\n", "question = [1]\n", FIRST.replace("[[question]]", "[[question]] #")]
)
def test_questions_are_written_in_one_way(path: Path, text: str):
    """Else the line of a broken one could not be named, or it would not be looked at."""
    path.write_text(text)

    with pytest.raises(CourseError, match=r"Fix: begin each with \[\[question\]\]"):
        questions.read(path)


def test_what_is_no_toml_is_said(path: Path):
    """The parser's own words name the line."""
    path.write_text("[[question]\n")

    with pytest.raises(CourseError, match=r"cannot be read as TOML.*line 1"):
        questions.read(path)
