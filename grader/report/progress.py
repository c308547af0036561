"""What a person sees while trials run: a bar on a terminal, a line a stage in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

Watcher = Callable[[str, int, int], None]
_STAGES = {
    "start": "starting two fork servers (torch is imported once)",
    "baseline": "training without a break, in each",
    "self-test": "killing a trainer that saves everything",
    "answers": "answering every case ourselves",
    "search": "drawing schedules of several kills",
    "shrink": "one of them fails; looking for the simplest",
    "found": "a counterexample is found; trying the other checks",
    "diagnosis": "looking for the cause",
}


@contextmanager
def watching(*, quiet: bool) -> Iterator[Watcher]:
    """Yield what a grading reports its stages to; it writes to stderr, never to the report."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _stage, _done, _planned: None
    elif console.is_terminal:
        with _bar(console) as progress:
            yield _on_bar(progress)
    else:
        yield _in_lines(console)


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        console=console,
        transient=True,
    )


def _on_bar(progress: Progress) -> Watcher:
    shown = {"": progress.add_task("starting", total=None)}

    def watch(stage: str, done: int, planned: int) -> None:
        if stage == "checks":
            return
        if stage not in shown:
            # A task of its own: a bar that had a length keeps it, and the next stage may have none.
            for task in shown.values():
                progress.remove_task(task)
            shown.clear()
            shown[stage] = progress.add_task(_STAGES.get(stage, stage), total=planned or None)
        progress.update(shown[stage], completed=done)

    return watch


def _in_lines(console: Console) -> Watcher:
    said: set[str] = set()

    def watch(stage: str, done: int, planned: int) -> None:
        if stage == "checks" or stage in said or done < planned:
            return
        said.add(stage)
        count = f" ({planned} trials)" if planned else ""
        console.print(
            f"{_STAGES.get(stage, stage)}{count}", markup=False, highlight=False, soft_wrap=True
        )

    return watch
