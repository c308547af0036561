"""Does every sandbox that works here hold, and does it leave honest programs alone?

The corpus of ``hostile/`` runs without one in ``test_hostile.py``. Here run the programs for which
a sandbox makes the difference, and honest ones that it could harm.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.errors import UsageError
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.process import tiers
from grader.process.sandbox import NONE, SANDBOXES, Sandbox
from grader.process.servers import ForkServers
from grader.verdict import Failed, Outcome
from grader.workloads.workload import PROGRAM
from tests.system import leftovers
from tests.system.conftest import SEED

_HOSTILE = Path(__file__).with_name("hostile")
_WORKING = [sandbox for sandbox in SANDBOXES if not tiers.why_not(sandbox) and sandbox != NONE]
_STRONGEST = _WORKING[0]


class Boxed:
    """Fork servers in one sandbox, and the one folder of the machine that they see."""

    def __init__(self, sandbox: Sandbox, folder: Path, exercise: Exercise) -> None:
        """Start them."""
        folder.chmod(0o755)  # root's sandbox is another user's
        self.file = folder / "checkpoint.py"
        self.exercise = exercise
        self.servers = ForkServers(PROGRAM, 2, sandbox, [folder, exercise.calls])

    def verdict(self, content: bytes, of: Exercise | None = None, fault: str = "") -> str:
        """Return the verdict as the programs of the corpus write it."""
        self.file.write_bytes(content)
        schedule = Schedule.parse(fault) if fault else None
        request = Request(of or self.exercise, self.file, SEED, schedule)
        return _words(grade(request, self.servers).outcome)


def _words(outcome: Outcome) -> str:
    verdict = outcome.verdict
    return f"failed {verdict.name}" if isinstance(verdict, Failed) else verdict.word


@pytest.fixture(
    scope="module", params=[_STRONGEST, *_WORKING[-1:]], ids=lambda sandbox: sandbox.name
)
def boxed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, exercise: Exercise
) -> Iterator[Boxed]:
    """Return servers in the strongest and the weakest sandbox, one after the other."""
    box = Boxed(request.param, tmp_path_factory.mktemp("boxed"), exercise)
    with box.servers:
        yield box


def test_one_sandbox_works_here() -> None:
    """This machine can be tested at all, and ``auto`` takes the strongest."""
    assert tiers.chosen("auto") == _STRONGEST
    assert "none" != _STRONGEST.name


def test_none_at_all_must_be_asked_for_twice() -> None:
    """Nobody grades strangers without a sandbox by accident."""
    with pytest.raises(UsageError, match="--i-trust-these-submissions"):
        tiers.chosen("none")
    assert tiers.chosen("none", trusted=True) == NONE


def test_a_sandbox_that_cannot_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bwrap its sandboxes say so, and nothing is run in a weaker one unasked."""
    monkeypatch.setenv("PATH", "/nowhere")
    tiers.why_not.cache_clear()
    with pytest.raises(UsageError, match="bubblewrap"):
        tiers.chosen("bwrap")
    tiers.why_not.cache_clear()


@pytest.mark.parametrize(
    "program",
    ["temporary_file_first", "prints_in_save", "keeps_a_thread", "helper_in_the_group"],
)
def test_honest_programs_are_not_harmed(boxed: Boxed, program: str) -> None:
    """What passes without a sandbox passes in it."""
    assert "passed" == boxed.verdict((_HOSTILE / f"{program}.py").read_bytes())


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("in_tmp", "failed state_elsewhere"),
        ("in_its_home", "failed state_elsewhere"),
        ("moving_daemon", "failed survives_the_kill"),
        ("sends_garbage", "failed forged_reports"),
        ("hard_link", "failed checkpoint_refused"),
        ("reads_the_parent", "failed"),
    ],
)
def test_attacks_fail_for_the_same_reason(boxed: Boxed, program: str, expected: str) -> None:
    """The state is not found again, and what hides from the kill is found."""
    if program == "in_tmp" and boxed.servers.pair[0].sandbox.isolation == "landlock":
        expected = "failed save_raises"  # it may not write there at all
    assert boxed.verdict((_HOSTILE / f"{program}.py").read_bytes()).startswith(expected)


def test_many_processes_share_the_memory(boxed: Boxed, exercise: Exercise) -> None:
    """Each is below its own limit; together they are stopped."""
    of = _with_limits(exercise, seconds=30, memory_mib=384)
    program = Path(__file__).with_name("programs") / "many_big_processes.py"
    assert "failed too_much_memory" == boxed.verdict(program.read_bytes(), of, "none")


def _with_limits(exercise: Exercise, **limits: float) -> Exercise:
    return replace(exercise, limits=replace(exercise.limits, **limits))  # type: ignore[arg-type]


def test_nothing_is_left(boxed: Boxed) -> None:
    """No process of a phase outlives it, and no file of it lies anywhere."""
    before = leftovers.files()
    boxed.verdict((_HOSTILE / "daemon.py").read_bytes())
    assert before == leftovers.files() | before
    assert [boxed.file] == list(boxed.file.parent.iterdir())
