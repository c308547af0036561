"""Stubs follow their solutions, and nothing else is ever written."""

import hashlib
import os
from pathlib import Path

import pytest

from grader.authoring.sync import sync
from grader.errors import CourseError
from tests.unit.authoring.conftest import NAME


def files(root: Path) -> dict[str, str]:
    """Return every file below a folder with a digest of its bytes."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def change(root: Path) -> Path:
    """Give the solution another docstring, and return its stub."""
    path = root / "solutions" / NAME / "checkpoint.py"
    path.write_text(path.read_text().replace("Save a training", "Keep a training", 1))
    return root / "exercises" / NAME / "checkpoint.py"


def test_a_fresh_stub_is_left_alone(root: Path):
    """What is right is not even opened for writing."""
    stub = root / "exercises" / NAME / "checkpoint.py"
    os.utime(stub, (1, 1))

    assert [] == sync(root)
    assert 1 == stub.stat().st_mtime


def test_a_stale_stub_is_named_and_written_and_nothing_else(root: Path):
    """After a sync the next one has nothing to do."""
    before = files(root)
    stub = change(root)
    changed = files(root)

    assert [stub] == sync(root)
    assert stub.read_text().startswith('"""Keep a training')
    now = files(root)
    assert {str(stub.relative_to(root))} == {name for name in now if now[name] != changed[name]}
    assert before.keys() == now.keys()
    assert [] == sync(root)


def test_check_names_the_stale_stub_and_writes_nothing(root: Path):
    """A gate may look without touching."""
    stub = change(root)
    before = files(root)

    assert [stub] == sync(root, check=True)
    assert before == files(root)


def test_a_missing_stub_is_written(root: Path):
    """A new exercise gets its stub by the same command."""
    stub = root / "exercises" / NAME / "checkpoint.py"
    whole = stub.read_bytes()
    stub.unlink()

    assert [stub] == sync(root, check=True)
    assert not stub.exists()
    assert [stub] == sync(root)
    assert whole == stub.read_bytes()


def test_a_solution_that_cannot_be_cut_is_named(root: Path):
    """A broken or missing solution never empties a stub."""
    solution = root / "solutions" / NAME / "checkpoint.py"
    stub = root / "exercises" / NAME / "checkpoint.py"
    whole = stub.read_bytes()
    solution.write_text(solution.read_text().replace("# END SOLUTION", "", 1))

    with pytest.raises(CourseError, match=r"checkpoint\.py:\d+: .*Fix: "):
        sync(root)
    solution.unlink()
    with pytest.raises(CourseError, match=r"checkpoint\.py: is missing.*Fix: "):
        sync(root)
    assert whole == stub.read_bytes()
