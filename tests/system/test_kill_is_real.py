"""Is the kill a kill? SIGKILL at the moment declared, not a byte after it, a new process."""

import signal
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector
from grader.faults.trial import Trials
from grader.history import Moment
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.verdict import Failed
from tests.system.conftest import SEED, Judge

# Appends a line at every mark and step that the loop passes, and at every call of its own.
_DIARY = """
import os
import torch
from grader.process.probe import Probe

def note(text):
    with open("checkpoint/diary", "a") as file:
        file.write(f"{text} {os.getpid()} {os.environ['PYTHONHASHSEED']} {hash('x')}\\n")

def told(method, kind):
    def passed_on(probe, step, *rest):
        note(f"before {step}:{rest[0] if kind == 'mark' else kind}")
        method(probe, step, *rest)
        note(f"after {step}:{rest[0] if kind == 'mark' else kind}")
    return passed_on

for kind in ("mark", "step", "end"):
    setattr(Probe, kind, told(getattr(Probe, kind), kind))

def save(path, model, optimizer, epoch, config):
    torch.save((model.state_dict(), optimizer.state_dict(), epoch), path)
    note(f"saved {epoch}")

def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    weights, moments, epoch = torch.load(path)
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return epoch + 1
"""
# Sends the report of a moment without waiting for the answer, and is gone.
_GONE = """
import gc
import os
import socket
from grader.process import protocol
from grader.process.probe import Probe

def mark(probe, step, name):
    if (step, name) == (4, "backward"):
        channel = next(held for held in gc.get_objects() if isinstance(held, socket.socket))
        channel.send(protocol.encode(protocol.Message(protocol.MARK, step, name)))
        os._exit(0)
    plain(probe, step, name)

plain, Probe.mark = Probe.mark, mark

def save(*_):
    pass

def load(*_):
    return 0
"""
_MOMENTS = [
    Moment(2, "forward"),
    Moment(7, "step"),
    Moment(7, "save"),
    Moment(12, "optimizer"),
    Moment(20, "backward"),
    Moment(24, "end"),
]


@pytest.mark.parametrize("moment", _MOMENTS, ids=str)
def test_strike(moment: Moment, servers: ForkServers, exercise: Exercise, tmp_path: Path) -> None:
    """The diary that the killed process kept ends at the moment; another one goes on."""
    mine = tmp_path / "checkpoint.py"
    mine.write_text(_DIARY)
    challenges = challenge_vector(SEED, exercise.workload.steps, CHALLENGE_BYTES)
    calls = str(exercise.calls)
    trials = Trials(Subject(exercise.workload, mine, calls, challenges, exercise.limits))
    lane = Lane(servers.pair, tmp_path / "lane")

    history = trials.approach(Schedule((moment,)), lane)

    (killed,) = history.phases
    assert (moment, -signal.SIGKILL, None) == (killed.struck, killed.exit, killed.trouble)
    left = lane.look(exercise.limits).files["diary"].content.decode().splitlines()
    assert f"before {moment}" == left[-1].rsplit(maxsplit=3)[0]

    resumed = trials.carry_out(Schedule((moment,)), lane, fresh=True).phases[-1]

    assert (None, 0, None) == (resumed.struck, resumed.exit, resumed.trouble)
    diary = (lane.folder / "checkpoint" / "diary").read_text().splitlines()
    writers = {tuple(line.rsplit(maxsplit=3)[1:3]) for line in diary}
    assert ["1", "2"] == sorted(seed for _, seed in writers)
    assert 2 == len({pid for pid, _ in writers})
    assert 2 == len({line.rsplit(maxsplit=1)[1] for line in diary})


def test_gone_before_the_kill(judge: Judge, tmp_path: Path) -> None:
    """A process that leaves by itself at the very moment fails, whether it or the kill is first."""
    mine = tmp_path / "checkpoint.py"
    mine.write_text(_GONE)

    verdict = judge(mine, fault="kill@4:backward").outcome.verdict

    assert isinstance(verdict, Failed)
    assert "leaves_early" == verdict.name
    assert "left with exit code 0" in verdict.finding.text
