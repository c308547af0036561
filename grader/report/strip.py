"""The survival strip: a cell for each file call of a save, coloured by what a crash there leaves.

On a terminal and as a page, and as plain data for the site's figure. A letter in each cell says
what its colour says.
"""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from grader.report import words
from grader.report.templates import template
from grader.survival import OUTCOMES, ROWS, Point, Strip

LETTERS = {"new": "n", "old": "o", "mix": "!", "lost": "X"}
WORDS = {
    "new": "the new checkpoint is there",
    "old": "the checkpoint before is there",
    "mix": "something loads, and is neither: a silent mixture",
    "lost": "nothing is there that can be loaded, or less than was saved",
}
"""What each outcome means, for the legend of every strip."""

_LEGEND = {"letters": LETTERS, "words": WORDS, "outcomes": OUTCOMES}
_COLOURS = {
    "new": "black on green",
    "old": "white on blue",
    "mix": "black on yellow",
    "lost": "white on red",
}
_LABEL = 24
_WIDTH_MIN = 60


def to_json(strips: Sequence[Strip]) -> list[dict[str, Any]]:
    """Return the strips as plain data, without a path of this machine.

    It is the same each time, unless the saver itself draws a name or writes the time.
    """
    return [
        {
            "name": strip.file.stem,
            "title": strip.title,
            "calls": words.calls(strip.calls),
            "count": len(strip.calls),
            "durable": strip.durable,
            "rows": [
                {
                    "kind": row.kind,
                    "label": ROWS[row.kind],
                    "states": len(row.points),
                    "counts": {outcome: row.count(outcome) for outcome in OUTCOMES},
                    "cells": [_cell(point) for point in row.worst()],
                }
                for row in strip.rows
            ],
        }
        for strip in strips
    ]


def show(strips: Sequence[Strip], console: Console, replay: str) -> None:
    """Print the strips; a narrow terminal gets them in several lines."""
    width = max(_WIDTH_MIN, console.width if console.is_terminal else 100)
    for strip in strips:
        console.print(Text(f"{strip.file.name}  {strip.title}", style="bold"))
        room = width - _LABEL
        for row in strip.rows:
            cells = row.worst()
            for start in range(0, len(cells), room):
                label = ROWS[row.kind] if start == 0 else ""
                line = Text(f"  {label:{_LABEL - 2}}")
                for point in cells[start : start + room]:
                    line.append(LETTERS[point.outcome], style=_COLOURS[point.outcome])
                console.print(line)
        for text in _sentences(strip):
            console.print(Text(f"  {text}"), soft_wrap=True)
        console.print()
    legend = [f"{LETTERS[outcome]} {WORDS[outcome]}" for outcome in reversed(OUTCOMES)]
    console.print(Text("\n".join(f"  {line}" for line in legend)))
    console.print(Text(f"  Replay  {replay}"), soft_wrap=True)


def page(strips: Sequence[Strip], replay: str) -> str:
    """Return the strips as one HTML page that asks for nothing from anywhere."""
    return template("strip_page.html.j2").render(strips=to_json(strips), replay=replay, **_LEGEND)


def figure(data: Sequence[dict[str, Any]]) -> str:
    """Return the figure of strips that `to_json` made, as a piece of HTML for a lesson."""
    return template("strip.html.j2").render(strips=data, **_LEGEND)


def _cell(point: Point) -> dict[str, Any]:
    return {
        "call": point.call,
        "outcome": point.outcome,
        "words": point.words,
        "lost": point.lost,
        "left": point.left,
        "saw": point.saw,
    }


def _sentences(strip: Strip) -> list[str]:
    """Return what a strip says: counts, durability, and the story of the first bad crash."""
    states = sum(len(row.points) for row in strip.rows)
    said = [f"{len(strip.calls)} file calls, {states} states tried, {strip.resumed} resumes run"]
    said += [f"call {line}" for line in words.calls(strip.calls)]
    lasting = [level for level, holds in strip.durable.items() if holds]
    said.append(f"a save that has returned is safe from a power loss: {', '.join(lasting) or 'no'}")
    for row in strip.rows:
        bad = [point for point in row.points if point.outcome in {"lost", "mix"}]
        if bad:
            first = bad[0]
            said += [
                f"first loss, {ROWS[row.kind]}: before call {first.call} ({first.words})",
                *([f"    lost   {first.lost}"] if first.lost else []),
                f"    left   {first.left}",
                f"    then   {first.saw}",
            ]
            break
    return said
