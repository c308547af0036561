"""A judge that is stopped for a while answers nobody, and holds that against nobody."""

import os
import signal
import subprocess
import sys
import time

import pytest

from grader.process.deadline import Deadline

SECONDS = 2
JUDGE = f"""
import sys
from dataclasses import replace
from pathlib import Path
from grader import course
from grader.faults.lane import Lane
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.process.limits import Limits
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM

def main():
    exercise = course.find("ex03")
    workload = replace(exercise.workload, epochs=40)
    challenges = challenge_vector(1, workload.steps, CHALLENGE_BYTES)
    subject = Subject(workload, None, "", challenges, Limits(seconds={SECONDS}))
    with ForkServers(PROGRAM) as servers:
        servers.wait_until_ready()
        lane = Lane(servers.pair, Path(sys.argv[1]))
        lane.clear()
        print("ready", flush=True)
        phase = run_once(subject, lane)
        print(phase.trouble, len(phase.steps) == workload.steps, flush=True)

main()
"""


@pytest.mark.slow
def test_a_process_is_not_slow_because_its_judge_was_stopped(tmp_path) -> None:
    """Stopped for twice the time that a process has, it goes on as if nothing had been."""
    command = [sys.executable, "-c", JUDGE, str(tmp_path / "lane")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as judge:
        assert judge.stdout is not None
        judge.stdout.readline()
        time.sleep(0.05)
        os.kill(judge.pid, signal.SIGSTOP)
        time.sleep(2 * SECONDS)
        os.kill(judge.pid, signal.SIGCONT)
        said = judge.stdout.read().strip()

    assert "None True" == said


def test_a_deadline_passes_while_somebody_looks() -> None:
    """Looking often grants nothing."""
    deadline = Deadline(0.2)
    until = time.monotonic() + 5
    while deadline.left() > 0 and time.monotonic() < until:
        time.sleep(0.01)

    assert time.monotonic() < until
