"""A writer comes when the judge says so: held, stuck, late or dying; real threads and processes."""

import pytest

from grader import course
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.process.servers import ForkServers
from grader.verdict import Failed, Unknown

EX11 = course.find("ex11")
FOLDER = EX11.solution.parent


def verdict(program: str, fault: str, servers: ForkServers) -> object:
    """Return what one fault alone says of a program of exercise 11."""
    request = Request(EX11, FOLDER / f"{program}.py", 0, Schedule.parse(fault))
    return grade(request, servers).outcome.verdict


@pytest.mark.parametrize(
    "program",
    [
        "checkpoint",
        *(f"alternative/{one}" for one in ("forked", "one_worker", "one_buffer", "renamed_later")),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        *("held@5:call0,7:step", "stuck@5:call0,8:save", "stuck@11:call0,12:end"),
        *("late@4:optimizer", "awaited@5:call3,8:save", "awaited@5:save"),
        *("disk@5:call0=ENOSPC+", "disk@11:call1=DIES"),
    ],
)
def test_a_right_design_holds(program: str, fault: str, servers: ForkServers):
    """A thread for each save, one for all of them, a process for each, and a buffer for all."""
    assert "passed" == getattr(verdict(program, fault, servers), "word", "")


@pytest.mark.parametrize(
    ("program", "fault", "name"),
    [
        ("late_binding", "held@5:call0,7:step", ""),  # its copy was made before that call
        ("late_binding", "late@4:optimizer", "late_binding"),
        ("aliased_snapshot", "late@4:optimizer", "late_binding"),  # alone, both look alike
        ("waits_in_save", "held@5:call0,7:step", "waits_in_save"),
        ("holds_the_gil", "held@5:call0,7:step", "holds_the_gil"),
        ("fills_before_waiting", "held@5:call3,7:step", ""),  # nothing is filled by then
        ("fills_before_waiting", "awaited@5:call3,8:save", "fills_before_waiting"),
        ("piles_up", "awaited@5:call3,8:save", "piles_up"),
        ("saves_at_once", "late@9:optimizer", "saves_at_once"),
        ("skips_when_busy", "late@9:optimizer", "skips_when_busy"),
        ("gives_up_waiting", "stuck@5:call0,8:save", ""),  # the next writer is faster
        ("gives_up_waiting", "stuck@11:call0,12:end", "gives_up_waiting"),
        ("gives_up_waiting", "awaited@5:call3,8:save", "gives_up_waiting"),
        ("last_save_not_awaited", "stuck@8:call0,11:save", ""),
        ("last_save_not_awaited", "stuck@11:call0,12:end", "last_save_not_awaited"),
        ("writer_dies_unseen", "disk@5:call0=ENOSPC+", ""),
        ("writer_dies_unseen", "disk@5:call0=DIES", "writer_dies_unseen"),
    ],
)
def test_a_mistake_shows_where_it_can(program: str, fault: str, name: str, servers: ForkServers):
    """Each fault finds its own mistakes, and no others."""
    found = verdict(f"mistakes/{program}", fault, servers)

    assert name == (found.name if isinstance(found, Failed) else "")


def test_what_cannot_be_held_is_unknown(servers: ForkServers):
    """After step 4 there is no save, so none of its calls."""
    found = verdict("checkpoint", "held@4:call0,7:step", servers)

    assert isinstance(found, Unknown)
    assert "never struck" in found.reason
