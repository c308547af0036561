"""Do the commands that let a reader break the example still change it?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import course

ROOT = course.course_root()
_COMMAND = re.compile(r"^sed (?:.*\\\n)*.*> answers/broken\.py$", re.MULTILINE)
_PROGRAM = re.compile(r"^cat > answers/broken\.py <<'END'\n(.*?)\nEND$", re.MULTILINE | re.DOTALL)
PROGRAMS = [
    (page, program)
    for page in sorted((ROOT / "lessons").glob("ex*/break.md"))
    for program in _PROGRAM.findall(page.read_text(encoding="utf-8"))
]
COMMANDS = [
    (page, command)
    for page in sorted((ROOT / "lessons").glob("ex*/break.md"))
    for command in _COMMAND.findall(page.read_text(encoding="utf-8"))
]


def test_every_command_is_found():
    """Whatever a page writes to answers/broken.py is one of the commands that are tried below."""
    pages = [page for page, _ in COMMANDS]

    assert pages
    for page in (ROOT / "lessons").glob("ex*/break.md"):
        written = len(
            re.findall(r"(?<!cat) > answers/broken\.py", page.read_text(encoding="utf-8"))
        )
        assert written == pages.count(page), page


@pytest.mark.parametrize(
    ("page", "program"), PROGRAMS, ids=[page.parent.name[:4] for page, _ in PROGRAMS]
)
def test_a_program_on_a_page_ends_as_it_says(page: Path, program: str):
    """It raises the very exception of which the page says that it ends in a traceback."""
    (said,) = re.findall(r"traceback of `(\w+)`", page.read_text(encoding="utf-8"))
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert 1 == ran.returncode
    assert said in ran.stderr


@pytest.mark.parametrize(
    ("page", "command"),
    COMMANDS,
    ids=[f"{page.parent.name[:4]}-{at}" for at, (page, _) in enumerate(COMMANDS)],
)
def test_a_command_changes_the_example(page: Path, command: str, tmp_path: Path):
    """Typed as it stands, it makes another program, and one that Python can read."""
    (tmp_path / "answers").mkdir()
    for folder in ("lessons", "solutions"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    subprocess.run(["bash", "-euc", command], cwd=tmp_path, check=True)

    changed = (tmp_path / "answers" / "broken.py").read_text(encoding="utf-8")
    assert changed != (page.parent / "example.py").read_text(encoding="utf-8")
    compile(changed, "broken.py", "exec")
