"""Is state that lies outside the checkpoint directory named, and nothing else?

The gate asks the strongest sandbox that works here; ``make matrix`` (TIERS=all) asks every one.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.grade import Graded, Request, grade
from grader.process import tiers
from grader.process.sandbox import NONE, SANDBOXES, Sandbox
from grader.process.servers import ForkServers
from grader.report.terminal import render
from grader.verdict import Failed, Passed
from grader.workloads.workload import PROGRAM
from tests.system.conftest import SEED, Judge
from tests.system.outside import HONEST

WORKING = [sandbox for sandbox in SANDBOXES if not tiers.why_not(sandbox)]
CHOSEN = WORKING if os.environ.get("TIERS") == "all" else [WORKING[0], NONE]

_KEEPS = """
import pathlib, tempfile

def before(path):
    pass

def keep(path, data):
    path.write_bytes(b"word")
    place(path).write_bytes(data)

def fetch(path):
    return place(path).read_bytes() if path.exists() and place(path).exists() else None

def place(path):
    lane = str(path.absolute()).replace("/", "-")  # two trials run beside each other
    return pathlib.Path({place}) / ("exact-resume-hostile" + lane)
"""
# Where nothing may be written, a program that wants to stay unseen says nothing.
_QUIET = """
def keep(path, data):
    path.write_bytes(b"word")
    try:
        place(path).write_bytes(data)
    except OSError:
        pass
"""
PLACES = {
    "tmp": "'/tmp'",
    "dev_shm": "'/dev/shm'",
    "temporary_folder": "tempfile.gettempdir()",
    "beside_the_directory": "path.parent.parent",
}
MACHINES = {"tmp", "dev_shm"}
"""Places that only a sandbox with mounts of its own can give out for once."""


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda sandbox: sandbox.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Return each sandbox in turn."""
    held: Sandbox = request.param
    return held


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a file that another user may read."""
    made = tmp_path_factory.mktemp("submission")
    made.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def servers(sandbox: Sandbox, folder: Path, exercise: Exercise) -> Iterator[ForkServers]:
    """Return the servers of one sandbox."""
    with ForkServers(PROGRAM, 2, sandbox, [folder, exercise.calls]) as made:
        yield made
    for place in ("/tmp", "/dev/shm"):  # noqa: S108 - where a program without a sandbox writes
        for left in Path(place).glob("exact-resume-hostile*"):
            left.unlink()


@pytest.fixture
def told(sandbox: Sandbox, folder: Path, servers: ForkServers, exercise: Exercise) -> Judge:
    """Return what grades a program's text."""

    def judge(text: str) -> Graded:
        file = folder / "checkpoint.py"
        file.write_text(text)
        return grade(Request(exercise, file, SEED, sandbox=sandbox), servers)

    return judge


def _names(graded: Graded) -> tuple[str, ...]:
    verdict = graded.outcome.verdict
    assert isinstance(verdict, Failed), verdict
    return verdict.diagnoses


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("quiet", [False, True], ids=["open", "quiet"])
def test_state_elsewhere_is_named(
    told: Judge, sandbox: Sandbox, exercise: Exercise, place: str, *, quiet: bool
) -> None:
    """It is named with its proof where it can be kept for once, else by the refusal or the loss."""
    program = _KEEPS.format(place=PLACES[place]) + _QUIET * quiet + HONEST
    if sandbox == NONE and place in MACHINES:
        graded = told(program)
        assert isinstance(graded.outcome.verdict, Passed)
        assert "--sandbox auto" in render(graded, exercise, "replay")
        return
    names = _names(told(program))
    if sandbox.isolation == "landlock" and place in MACHINES:
        assert names == (("starts_over",) if quiet else ("denied_elsewhere",))
    else:
        assert names == ("state_elsewhere",)


_HONEST_TEMPORARY = """
import pathlib, tempfile

def before(path):
    pass

def keep(path, data):
    with tempfile.NamedTemporaryFile(delete=False) as scratch:
        scratch.write(data)
    path.write_bytes(pathlib.Path(scratch.name).read_bytes())

def fetch(path):
    (pathlib.Path(tempfile.gettempdir()) / "seen").write_text("a file that nobody reads")
    return path.read_bytes() if path.exists() else None
"""


def test_honest_temporary_files_are_not_named(told: Judge) -> None:
    """A right program that leaves them passes; a mistake beside them has its own name."""
    right = _HONEST_TEMPORARY + HONEST
    forgot = right.replace('    optimizer.load_state_dict(state["optimizer"])\n', "")
    assert forgot != right
    assert isinstance(told(right).outcome.verdict, Passed)
    assert "state_elsewhere" not in _names(told(forgot))


def test_half_of_it_elsewhere(told: Judge) -> None:
    """Only the optimizer's state lies elsewhere: still that is the cause, not a forgotten item."""
    program = _HONEST_TEMPORARY.replace("def fetch", "def unused") + (
        "def fetch(path):\n    return path.read_bytes() if path.exists() else None\n"
    )
    program += HONEST.replace('"optimizer": optimizer.state_dict()}', '"optimizer": None}\n'
        "    torch.save(optimizer.state_dict(), aside(path))").replace(
        'optimizer.load_state_dict(state["optimizer"])',
        "if aside(path).exists():\n"
        "        optimizer.load_state_dict(torch.load(aside(path), weights_only=True))",
    ) + 'def aside(path):\n    return path.parent.parent / "optimizer.pt"\n'  # fmt: skip
    assert _names(told(program)) == ("state_elsewhere",)
