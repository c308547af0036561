"""The commands of course writers."""

from typing import Annotated

import typer

from grader import course, workspace
from grader.cli.console import say
from grader.verdict import ExitCode

app = typer.Typer(no_args_is_help=True, help="For course writers.")


@app.command()
def sync(
    *,
    check: Annotated[bool, typer.Option("--check", help="only say which files are stale")] = False,
) -> None:
    """Cut every stub from its solution."""
    from grader.authoring import sync as syncing  # noqa: PLC0415

    stale = syncing.sync(course.course_root(), check=check)
    for path in stale:
        say(f"{'stale' if check else 'written'}  {path}")
    raise typer.Exit(ExitCode.FAILED if check and stale else ExitCode.PASSED)


@app.command("new")
def new_(number: int, slug: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Write the skeleton of unit NUMBER, called NAME, in its three places."""
    from grader.authoring import new  # noqa: PLC0415

    for path in new.new(course.course_root(), number, slug):
        say(f"written  {path}")
    say(f"What is left to write: {workspace.command()} author lint")


@app.command()
def lint() -> None:
    """Hold the course against its own rules."""
    from grader.authoring import lint as linting  # noqa: PLC0415

    problems = linting.lint(course.course_root())
    for problem in problems:
        say(str(problem))
    count = len(course.exercises())
    say(
        f"{len(problems)} problems in {count} exercises"
        if problems
        else f"{count} exercises are in order"
    )
    raise typer.Exit(ExitCode.FAILED if problems else ExitCode.PASSED)
