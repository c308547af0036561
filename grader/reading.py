"""A lesson as one reads it in a terminal: its snippets filled in, its figures named.

The pages are Markdown for the site, where a line ``--8<-- "file"`` stands for a file or a part of
it, and a fence such as ``question`` for something to click. Opened as they are, they would lack
just what they tell of.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError
from grader.lessons import WAYS

_SNIPPET = re.compile(r'(\s*)--8<-- "([^":]+)(?::([\w:-]+))?"\s*')
_MARK = re.compile(r"\s*# --8<-- \[(start|end):([\w-]+)\]")
_FENCE = re.compile(r"```(\w+)\s*")
_SHOWN = {"python", "sh", "text", "toml"}
_SITE = {
    "cards": "cards to turn over",
    "curves": "a figure of curves",
    "differences": "a figure of what differs",
    "explorer": "a figure to explore",
    "failing": "a figure of a resume that fails",
    "interval": "a calculator",
    "question": "a question",
    "questions": "the questions",
    "strip": "a strip of kill points",
    "ways": "the other pages of this unit",
}
"""What a fence is for, in words."""
_HEADING = re.compile(r"^(#+ .*?)\s*\{ ?#[^}]*\}", re.MULTILINE)


def page(root: Path, unit: str, way: str = "why") -> str:
    """Return a page of a unit as Markdown that needs no site; *way* is one of the ten.

    Raises:
        UsageError: there is no such way in, or the unit has no lesson here.
    """
    if way not in WAYS:
        message = f"no page is called {way!r}; there are {', '.join(WAYS)}"
        raise UsageError(message)
    file = root / "lessons" / unit / WAYS[way][0]
    if not file.is_file():
        message = f"{unit} has no lesson here"
        raise UsageError(message)
    lines = file.read_text(encoding="utf-8").splitlines()
    return _HEADING.sub(r"\1", "\n".join(_without_figures(_filled(root, lines)))) + "\n"


def _filled(root: Path, lines: list[str]) -> Iterator[str]:
    for line in lines:
        found = _SNIPPET.fullmatch(line)
        if not found:
            yield line
            continue
        indent, name, part = found.groups()
        yield from (indent + held for held in _snippet(root / name, part or ""))


def _snippet(file: Path, part: str) -> list[str]:
    """Return a file's lines: all, those of a section, or those from a number to another."""
    if not file.is_file():
        return [f"(not here: {file.name})"]
    lines = file.read_text(encoding="utf-8").splitlines()
    numbers = [int(number) for number in part.split(":") if number.isdecimal()]
    if numbers:
        lines = lines[numbers[0] - 1 : numbers[-1]]
    elif part:
        inside, kept = False, []
        for line in lines:
            mark = _MARK.match(line)
            if mark and mark[2] == part:
                inside = mark[1] == "start"
            elif inside:
                kept.append(line)
        lines = kept
    return [line for line in lines if not _MARK.match(line)]


def _without_figures(lines: Iterator[str]) -> Iterator[str]:
    """Name what only the site can show, in the place of its fence."""
    hidden = False
    for line in lines:
        fence = _FENCE.fullmatch(line)
        if fence and fence[1] not in _SHOWN:
            hidden = True
            yield f"*(On the site: {_SITE.get(fence[1], fence[1])}.)*"
        elif not hidden:
            yield line
        elif line.startswith("```"):
            hidden = False
