"""What an instructor sees while a class is graded: a live table; in a pipe, a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from grader.classroom.class_run import State, Watcher

_LINE_EVERY = 10.0  # seconds


@contextmanager
def watching() -> Iterator[Watcher]:
    """Yield what a class run reports to; it writes to stderr, and no names."""
    console = Console(stderr=True)
    began = time.monotonic()
    if not console.is_terminal:
        yield _lines(console, began)
        return
    with Live(console=console, transient=True) as live:
        yield lambda state: live.update(_table(state, time.monotonic() - began), refresh=True)


def left(state: State, seconds: float) -> str:
    """Return how long it may still take, in words; "" while nobody can know."""
    if not state.done or state.done == state.planned:
        return ""
    minutes = seconds / state.done * (state.planned - state.done) / 60
    return "less than a minute left" if minutes < 1 else f"about {minutes:.0f} min left"


def _table(state: State, seconds: float) -> Table:
    table = Table(box=None, show_header=False)
    table.add_row("judged", f"{state.done} of {state.planned}", left(state, seconds))
    if state.kept:
        table.add_row("had a verdict", str(state.kept))
    for word, count in sorted(state.words.items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(word, str(count))
    return table


def _lines(console: Console, began: float) -> Watcher:
    last = began - _LINE_EVERY

    def watch(state: State) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _LINE_EVERY and state.done < state.planned:
            return
        last = now
        words = ", ".join(f"{word} {count}" for word, count in sorted(state.words.items()))
        parts = (f"judged {state.done} of {state.planned}", words, left(state, now - began))
        line = "; ".join(filter(None, parts))
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    return watch
