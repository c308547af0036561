"""Does the page For instructors show commands that there are?"""

import re
from pathlib import Path

import pytest
import typer

from grader.cli import app

PAGE = Path(__file__).parents[3] / "lessons" / "instructors.md"
BLOCKS = re.findall(
    r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
SHOWN = [
    line.partition(" class ")[2].split()
    for block in BLOCKS
    for line in block.replace("\\\n", " ").splitlines()
    if "/grader class " in line
]


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_a_command_of_the_page_has_these_options(words: list[str]) -> None:
    """Each exists under this name, with every option that the page gives it."""
    group = typer.main.get_command(app).commands["class"]  # type: ignore[attr-defined]
    command = group.commands[words[0]]
    known = {name for one in command.params for name in one.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_command_stands_on_the_page() -> None:
    """An instructor reads of all of them."""
    group = typer.main.get_command(app).commands["class"]  # type: ignore[attr-defined]
    text = PAGE.read_text(encoding="utf-8")
    assert SHOWN
    assert [] == [name for name in group.commands if f"grader class {name}" not in text]
