"""``grader watch``: save your file, and see. Keys on a terminal, lines alone in a pipe."""

import os
import secrets
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader import course, workspace
from grader.cli import asking, replay, standing
from grader.cli.console import say
from grader.cli.learner import app
from grader.course import Exercise
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.grade import Graded
    from grader.watching import Warm

_SEED_BITS = 48
_HELP = "h hint · n next · l list · p replay · x reset · q quit"
_QUIET = frozenset({"Try", "Lesson"})  # a question comes before a hint: h gives them

_END = "\x04"  # Control-D, or the terminal is gone

Wait = Callable[[float], str]
"""Waits for a key so many seconds; returns it, or nothing."""


@app.command()
def watch(
    name: Annotated[
        str, typer.Argument(metavar="[EX]", help="by default the first that is not passed")
    ] = "",
    *,
    file: Annotated[Path | None, typer.Option(help="watch this file")] = None,
) -> None:
    """Grade your file each time you save it; the first counterexample shows at once.

    Its torch stays warm, so a verdict takes a third of the time of grader run.
    """
    from grader.watching import Warm  # noqa: PLC0415 - the other commands start faster without

    exercise = course.find(name) if name else workspace.following()
    if exercise is None:
        say("Every exercise is passed. Name one to go on with it.")
        return
    path = workspace.chosen(exercise, file, solution=False)
    with suppress(KeyboardInterrupt), Warm() as warm, _keys() as wait:
        _Session(exercise, path, warm, wait).follow()


class _Session:
    """One sitting: an exercise, its file, and what was last seen of it."""

    def __init__(self, exercise: Exercise, path: Path, warm: "Warm", wait: Wait) -> None:
        self.exercise = exercise
        self.path = path
        self.warm = warm
        self.wait = wait
        self.over = False
        self.again = True

    def follow(self) -> None:
        """Grade what is there, then whatever is saved, until a key says that it is enough."""
        from grader.watching import LOOK_EVERY, content, settled  # noqa: PLC0415

        seen = None
        while not self.over:
            held = settled(self.path)
            if held is None and seen is not None:
                say(
                    f"{workspace.shown(self.path)} is gone. It is graded as soon as it is back; "
                    "x puts the exercise's own file there."
                )
            elif held is not None and (held != seen or self.again):
                self.again = False
                if not self.grade(held):
                    continue
            seen = held
            while not (self.over or self.again or content(self.path) != held):
                key = self.wait(LOOK_EVERY)
                if key:
                    self.press(key)

    def grade(self, held: bytes) -> bool:
        """Show the verdict on the file; say whether it still holds the same."""
        from grader import doctor, kept  # noqa: PLC0415
        from grader.grade import Request  # noqa: PLC0415
        from grader.report import progress, terminal  # noqa: PLC0415

        say(f"── {datetime.now().astimezone():%H:%M:%S}  {workspace.shown(self.path)}")
        with progress.watching(quiet=False) as watcher:
            request = Request(
                self.exercise,
                self.path,
                secrets.randbits(_SEED_BITS),
                mode=doctor.mode()[0],
                watcher=watcher,
                found=self.found,
            )
            graded = self.warm.grade(request, held)
        if graded is None:
            say("Saved again; what was seen before that does not count.")
            return False
        again = kept.again(graded, self.exercise, self.path)
        page = kept.keep(graded, self.exercise, again, workspace.runs())
        command = workspace.command()
        terminal.show(graded, self.exercise, again, page, command=command, without=_QUIET)
        say(f"  {_HELP}" if sys.stdin.isatty() else "  Waiting for the file to be saved.")
        return True

    def found(self, graded: "Graded") -> None:
        """Show the first counterexample while the rest is still tried."""
        from grader.report import terminal  # noqa: PLC0415

        console = Console(highlight=False, markup=False, emoji=False)
        width = terminal.width_of(console)
        shown = terminal.first_seen(graded, self.exercise, width)
        console.print(terminal.coloured(terminal.encodable(shown, console.encoding)), end="")

    def press(self, key: str) -> None:
        """Do what a key stands for; what goes wrong is said, and watching goes on."""
        short = self.exercise.name[:4]
        acts: dict[str, Callable[[], None]] = {
            "h": lambda: asking.hint(short),
            "l": standing.list_,
            "n": self.go_on,
            "p": lambda: replay.replay(short, file=self.path),
            "r": self.run_again,
            "x": lambda: asking.reset(short),
            "q": self.leave,
            _END: self.leave,
        }
        try:
            acts.get(key, lambda: say(_HELP))()
        except GraderError as problem:
            say(str(problem))
        except typer.Exit:
            say(_HELP)

    def go_on(self) -> None:
        """Watch the exercise that comes next, once this one is passed."""
        following = workspace.following()
        if following is None:
            say("Every exercise is passed.")
        elif following.name == self.exercise.name:
            say(f"{following.name} comes next: no run of your file has passed it yet.")
        else:
            standing.next_()
            self.exercise, self.again = following, True
            self.path = workspace.chosen(following, None, solution=False)

    def run_again(self) -> None:
        """Grade the same file with another challenge."""
        self.again = True

    def leave(self) -> None:
        """End the sitting."""
        self.over = True


@contextmanager
def _keys() -> Iterator[Wait]:
    """Yield what waits for a key; where nobody can press one, it waits for nothing."""
    if not sys.stdin.isatty():
        yield _wait_only
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    try:
        yield _wait_for_key
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _wait_only(seconds: float) -> str:
    time.sleep(seconds)
    return ""


def _wait_for_key(seconds: float) -> str:
    keyboard = sys.stdin.fileno()
    ready, _, _ = select.select([keyboard], [], [], seconds)
    # Not by way of sys.stdin: that takes all that was typed, and select no longer tells of it.
    return (os.read(keyboard, 1).decode("ascii", "replace") or _END) if ready else ""
