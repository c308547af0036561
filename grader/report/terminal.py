"""The report on a terminal: what happened first, then what to change, in about twenty lines.

`render` returns plain text, the same wherever it is read; `show` prints it, in colour only where
somebody looks at a terminal and has not said NO_COLOR. Colour never says what no word says.
"""

import textwrap
from collections.abc import Collection
from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.course import Exercise
from grader.report.story import WORD, Graded, Story, capital, tell

WIDTH = 80
"""Columns of a report in a pipe or a file; a narrower terminal gets narrower lines."""

_WIDTH_MIN = 40
_SEEN = ("Expected", "Found")
_LABEL = 11  # the longest label is "Expected"; two spaces before it, one after
_COLOURS = {"PASS": "green", "FAIL": "red", "UNKNOWN": "yellow"}
_MARKS = {"✓": "green", "✗": "red", "?": "yellow"}
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "≠": "!", "…": "...", "—": "-", "←": "<", "→": ">"})


def render(  # noqa: PLR0913 - what a report is made of
    graded: Graded,
    exercise: Exercise,
    replay: str,
    page: Path | str | None = None,
    *,
    command: str = "grader",
    width: int = WIDTH,
    without: Collection[str] = (),
) -> str:
    """Return the report as plain text whose sentences fit *width* columns.

    *replay* and *page* are printed as given and never broken, so that they can be copied. Parts
    whose label is in *without* are left out.
    """
    story = tell(graded, exercise, command)
    lines = [*_first_line(story, width), ""]
    lines += _filled(_sentence(story.happened), width, "  ")
    for label, paragraphs in story.parts:
        if label in without:
            continue
        for number, paragraph in enumerate(paragraphs):
            lines += _part(label if number == 0 else "", paragraph, width)
        if label == "Found":
            lines += [f"{'':{_LABEL + 2}}{line}" for line in story.trace]
    if page:
        lines += _whole("Picture", str(page), width)
    lines += [*_whole("Replay", replay, width), ""]
    for check in story.checks:
        note = f": {check.note}" if check.note else ""
        first = f"  {check.mark} {check.word:9} {check.points:>7}  "
        lines += _filled(f"{check.title}{note}", width, first, " " * len(first))
    lines += [f"    {story.points}", ""]
    lines += _filled(story.challenge, width, "  ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def show(  # noqa: PLR0913 - as render
    graded: Graded,
    exercise: Exercise,
    replay: str,
    page: Path | str | None = None,
    *,
    command: str = "grader",
    console: Console | None = None,
    without: Collection[str] = (),
) -> None:
    """Print the report, as wide as the terminal is up to 100 columns."""
    console = console or Console(highlight=False, markup=False, emoji=False)
    width = width_of(console)
    text = render(graded, exercise, replay, page, command=command, width=width, without=without)
    console.print(coloured(encodable(text, console.encoding)), soft_wrap=True, end="")


def width_of(console: Console) -> int:
    """Return how wide a report is here."""
    return max(_WIDTH_MIN, min(console.width, 100)) if console.is_terminal else WIDTH


def first_seen(graded: Graded, exercise: Exercise, width: int = WIDTH) -> str:
    """Return what a first counterexample was, without its cause: that is looked for later."""
    story = tell(graded, exercise)
    lines = _filled(f"✗ {_sentence(story.happened)}", width, "  ")
    for label, paragraphs in story.parts:
        if label in _SEEN:
            lines += [line for said in paragraphs for line in _part(label, said, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def coloured(text: str) -> Text:
    """Return a rendered report with its verdict, labels and marks coloured."""
    lines = text.split("\n")
    shown = Text()
    for number, line in enumerate(lines):
        piece = Text(line + "\n" * (number < len(lines) - 1))
        word = line.split(" ", 1)[0]
        mark = line[2:3] if line.startswith("  ") else ""
        if number == 0 and word in WORD.values():
            piece.stylize(f"bold {_COLOURS[word]}", 0, len(word))
        elif mark in _MARKS:
            piece.stylize(_MARKS[mark], 2, 3)
        elif (
            mark.isupper() and line[2:_LABEL].strip().isalpha() and line[_LABEL : _LABEL + 1] == " "
        ):
            piece.stylize("bold", 2, _LABEL)
        shown.append_text(piece)
    return shown


def _first_line(story: Story, width: int) -> list[str]:
    left = "  ".join([story.word, story.exercise, *([", ".join(story.names)] * bool(story.names))])
    gap = width - len(left) - len(story.mode)
    if gap >= 2:  # noqa: PLR2004 - fewer spaces would not separate
        return [left + " " * gap + story.mode]
    return [*_filled(left, width, "", "      "), f"      {story.mode}"]


def _sentence(text: str) -> str:
    ending = "" if text.endswith((".", "?", "!")) else "."
    return capital(text) + ending


def _part(label: str, paragraph: str, width: int) -> list[str]:
    first = f"  {label:{_LABEL - 2}}  "
    return _filled(paragraph, width, first, " " * len(first))


def _whole(label: str, text: str, width: int) -> list[str]:
    """Keep a path or a command in one piece: on a line of its own where it is long."""
    first = f"  {label:{_LABEL - 2}}  "
    if len(first) + len(text) <= width:
        return [first + text]
    return [first, f"    {text}"]


def _filled(text: str, width: int, first: str, following: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first if following is None else following,
        break_long_words=False,
        break_on_hyphens=False,
    )


def encodable(text: str, encoding: str) -> str:
    """Return *text* as this terminal can print it: ASCII signs where it knows no others."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN).encode("ascii", "backslashreplace").decode()
    return text
