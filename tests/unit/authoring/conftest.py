"""A small course that is in order: the real exercise 1 alone, in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from grader import course

NAME = "ex01_first_checkpoint"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a course of one exercise, to be broken."""
    real = course.course_root()
    for kind in ("exercises", "solutions", "lessons"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(real / kind / NAME, tmp_path / kind / NAME, ignore=ignored)
    shutil.copy(real / "lessons" / "troubleshooting.md", tmp_path / "lessons")
    return tmp_path
