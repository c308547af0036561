"""Crashes inside a save: what a recording says is what a real SIGKILL leaves, pruned or not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import survival
from grader.errors import UsageError
from grader.faults import crash
from grader.faults.lane import Lanes, lanes_of
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector
from grader.faults.trial import Trials
from grader.history import Phase
from grader.process.limits import Limits
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.self_test import find_baseline
from tests.system.conftest import SEED

WAYS = sorted(Path(__file__).parents[2].glob("lessons/ex07_atomic_files/ways/*.py"))
DETERMINISTIC = [way for way in WAYS if not way.stem.startswith(("dcp", "safetensors"))]
"""Those of which two runs write the same bytes under the same names."""
ALL = os.environ.get("WAYS") == "all"
PRUNED = WAYS if ALL else [way for way in WAYS if way.stem in {"replace", "numbered_fallback"}]
EVERY = 1 if ALL else 4
"""The gate takes every fourth state of two ways; `WAYS=all`, in `make matrix`, all of all."""
CHALLENGES = challenge_vector(SEED, survival.WORKLOAD.steps, CHALLENGE_BYTES)


def subject(file: Path, seconds: float = 20.0) -> Subject:
    """Return a way of saving as the strip tries it."""
    limits = Limits(seconds=seconds, checkpoint_kib=2048, checkpoint_files=128)
    return Subject(
        survival.WORKLOAD, file, str(survival.CALLS), CHALLENGES, limits, survival.FUNCTIONS
    )


@pytest.fixture
def lanes(servers: ForkServers) -> Iterator[Lanes]:
    """Return two lanes."""
    servers.wait_until_ready()
    with lanes_of(servers) as both:
        yield both


@pytest.mark.slow
@pytest.mark.parametrize("way", DETERMINISTIC, ids=lambda way: way.stem)
def test_a_real_kill_leaves_what_was_recorded(way: Path, lanes: Lanes) -> None:
    """At every file call of the second save: dead of SIGKILL, and the snapshot's bytes."""
    tried = subject(way)
    lane = lanes.both[0]
    recorded = Recordings(tried, lane).of()
    assert recorded.phase.trouble is None
    calls = [recorded.calls[at] for at in recorded.group(recorded.ends()[1])]
    for call in calls:
        history = Trials(tried).approach(Schedule((call.at,)), lane)
        number = recorded.number(call.at)
        assert call.at == history.phases[0].struck
        assert number is not None
        assert lane.look(tried.limits, 1).same_bytes(recorded.snapshots[number]), call.operation
    assert len(calls) > 1


@pytest.mark.slow
@pytest.mark.parametrize("way", PRUNED, ids=lambda way: way.stem)
def test_pruning_changes_no_verdict(way: Path, lanes: Lanes) -> None:
    """A resume that was not run again would have gone as the one that it was taken from."""
    tried = subject(way)
    lane = lanes.both[0]
    baseline = find_baseline(tried, lanes)
    recordings = Recordings(tried, lane)
    pruned, fresh = Trials(tried, recordings), Trials(tried, recordings)
    schedules = [*crash.kills(recordings), *crash.power("posix")(recordings)][::EVERY]
    for schedule in schedules:
        ours = pruned.carry_out(schedule, lane)
        theirs = fresh.carry_out(schedule, lane, fresh=True)
        assert _outcome(ours.phases[-1], ours, baseline) == _outcome(
            theirs.phases[-1], theirs, baseline
        ), schedule.id
    assert pruned.reused > 0
    assert 0 == fresh.reused


def _outcome(phase: Phase, history, baseline: Phase) -> str:
    return survival.judge(phase, history.bounds[-1], baseline)[0]


LOAD = "\n\ndef load(directory):\n    return None\n"
BAD = {
    "no_function": ("def save(directory, state):\n    pass\n", "has no function"),
    "hangs": (
        "def save(directory, state):\n    while True:\n        pass\n" + LOAD,
        "2 s",
    ),
    "elsewhere": (
        "def save(directory, state):\n    (directory.parent / 'x').write_text('x')\n" + LOAD,
        "changed no file",
    ),
    "five_gigabytes": (
        "import os\n\ndef save(directory, state):\n"
        "    os.truncate(os.open(directory / 'x', os.O_RDWR | os.O_CREAT), 5 << 30)\n" + LOAD,
        "File too large",
    ),
    "symbolic_link": (
        "def save(directory, state):\n    (directory / 'latest').symlink_to('x')\n"
        "    (directory / 'y').touch()\n" + LOAD,
        "a symbolic link is not allowed",
    ),
    "pipe": (
        "import os\n\ndef save(directory, state):\n    os.mkfifo(directory / 'x')\n"
        "    (directory / 'y').touch()\n" + LOAD,
        "a pipe is not allowed",
    ),
    "no_rights": (
        "def save(directory, state):\n    (directory / 'closed').mkdir(mode=0o000, exist_ok=True)\n"
        "    (directory / 'y').touch()\n" + LOAD,
        "",
    ),
    "no_python": ("this is no Python\n", "invalid syntax"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_savers_are_refused_in_words(
    name: str, servers: ForkServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told what is wrong with it, in one sentence with its file, and nothing is left."""
    text, said = BAD[name]
    file = tmp_path / f"{name}.py"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(survival, "_LIMITS", Limits(seconds=2.0, checkpoint_kib=2048))
    if not said and os.geteuid() == 0:  # whom no rights keep out
        strips = survival.survive([file], SEED, servers=servers)
        assert strips[0].rows[0].count("lost") > 0
        return
    with pytest.raises(UsageError) as refused:
        survival.survive([file], SEED, servers=servers)
    assert (said or "may not read") in str(refused.value)
    assert file.name in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Before anything is started."""
    with pytest.raises(UsageError, match=r"gone\.py: no such file"):
        survival.survive([tmp_path / "gone.py"], SEED)
