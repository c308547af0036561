"""Do the commands that let a reader break the example still change it?"""

import re
import subprocess
from pathlib import Path

import pytest

from grader import course

ROOT = course.course_root()
_COMMAND = re.compile(r"^sed (?:.*\\\n)*.*> answers/broken\.py$", re.MULTILINE)
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
        written = page.read_text(encoding="utf-8").count("> answers/broken.py")
        assert written == pages.count(page), page


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
