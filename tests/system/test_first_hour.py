"""The first hour of a newcomer: every command that README and output print works as printed."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_ACTIVATED = {
    key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}
}
NOT_ACTIVATED["PATH"] = ":".join(
    folder for folder in os.environ["PATH"].split(":") if "/.venv/" not in f"{folder}/"
)


def typed(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would type it in a shell where nothing was activated."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=NOT_ACTIVATED,
        capture_output=True,
        text=True,
        check=False,
    )


def after(label: str, text: str) -> str:
    """Return what a report prints behind a label."""
    found = re.search(rf"^\s*{label}\s+(\S.*)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def commands(readme: Path) -> list[str]:
    """Return the commands of a learner's day, as README.md lists them."""
    lines = re.findall(r"^(\.venv/bin/grader [^#\n]*)", readme.read_text(), re.MULTILINE)
    return [line.strip() for line in lines]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh clone, in a folder whose name has a space and a letter that is not ASCII."""
    folder = tmp_path_factory.mktemp("ein Kürs") / "exact-resume"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.mark.slow
def test_from_clone_to_a_passing_answer(clone: Path) -> None:
    """`make demo`, then the printed commands: a failing answer of one's own, then a passing one."""
    demo = typed("make demo", clone)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stdout.count("PASS  ex01") == 1
    assert demo.stdout.count("FAIL  ex01_first_checkpoint  missing_optimizer") == 1
    assert (clone / after("Picture", demo.stdout)).is_file()

    file, command = clone / after("edit", demo.stdout), after("then", demo.stdout)
    first = typed(command, clone)
    assert first.returncode == 1, first.stdout + first.stderr
    assert "not_started" in first.stdout

    shutil.copy(clone / "solutions/ex01_first_checkpoint/mistakes/starts_over.py", file)
    second = typed(command, clone)
    assert second.returncode == 1
    assert "starts_over" in second.stdout
    fault = after("Replay", second.stdout.replace("Replay\n", "Replay "))
    replayed = typed(fault, clone)
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    assert "starts_over" in replayed.stdout

    shutil.copy(clone / "solutions/ex01_first_checkpoint/checkpoint.py", file)
    third = typed(command, clone)
    assert third.returncode == 0, third.stdout + third.stderr
    following = typed(shlex.split(after("Next", third.stdout))[0] + " next", clone)
    assert "ex02_bit_for_bit" in following.stdout

    left = subprocess.run(
        ["git", "status", "--short"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert left.stdout == ""


@pytest.mark.slow
def test_every_command_of_the_readme_works(clone: Path) -> None:
    """What README.md lists for a learner's day, and a class, runs; none of it is a usage error."""
    listed = commands(clone / "README.md")
    assert len(listed) >= 5
    ada = clone / "submissions" / "ada"
    ada.mkdir(parents=True)
    shutil.copy(clone / "exercises" / "ex01_first_checkpoint" / "checkpoint.py", ada)
    for command in listed:
        done = typed(command, clone)
        assert done.returncode in {0, 1}, f"{command}\n{done.stdout}{done.stderr}"
