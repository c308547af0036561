"""What a save did to the files, and what a crash left of it, as lines of a report."""

from grader.history import History
from grader.report import words
from grader.verdict import Finding

_LINES_MAX = 12
_KIB = 1024


def parts(finding: Finding, history: History | None) -> list[tuple[str, list[str]]]:
    """Return the calls of the save that was struck, what was lost, and what the resume found."""
    if history is None or history.schedule != finding.schedule or not history.calls:
        return []
    lost = [history.lost] if history.lost else []
    return [
        ("Calls", _calls(history)),
        ("Lost", lost),
        ("Left", [_left(history)]),
    ]


def _calls(history: History) -> list[str]:
    """Return the calls one a line, equal ones in a row as one; the last is where it was struck."""
    lines = words.calls(history.calls)
    if len(lines) > _LINES_MAX:
        left_out = len(lines) - _LINES_MAX
        lines = [*lines[:3], f"… {left_out} more …", *lines[3 + left_out :]]
    return [*lines[:-1], f"{lines[-1]}{_ending(history)}"]


def _ending(history: History) -> str:
    struck = history.phases[len(history.bounds) - 1].struck if history.bounds else None
    if history.fault:
        return ""
    if struck is None or struck.mark == "save":
        return ""
    return "  <- killed before this" if not history.lost else "  <- the crash, at this call"


def _left(history: History) -> str:
    files = history.files[-1] if history.files else ()
    return ", ".join(f"{name} ({size_of(size)})" for name, size in files) or "an empty directory"


def size_of(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count} bytes" if count < 10 * _KIB else f"{count // _KIB} KiB"
