"""Signals that tell a process to leave are heard before the judge goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.process import signals

WAITS = """
import os, signal, sys, threading
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
def hear():
    while True:
        signal.sigwait({signal.SIGTERM})
        open(sys.argv[1], "a").write("told\\n")
threading.Thread(target=hear, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""
LOADS = """
import sys, time, types
import torch
from torch.utils.data import DataLoader
module = types.ModuleType("checkpoint")
exec(open(sys.argv[1]).read(), module.__dict__)
loader = DataLoader(torch.arange(1000), num_workers=2, worker_init_fn=module.start_worker)
batches = iter(loader)
next(batches)
print(*(worker.pid for worker in batches._workers), flush=True)
time.sleep(60)
"""


def started(program: str, argument: Path) -> Any:
    """Start a process that says when it is ready."""
    command = [sys.executable, "-c", program, str(argument)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def alive(pid: int) -> bool:
    """Say whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_signal_is_dealt_with_when_telling_returns(tmp_path: Path) -> None:
    """A thread that waits for it has written it down, each of twenty times."""
    heard = tmp_path / "heard"
    with started(WAITS, heard) as process:
        process.stdout.readline()
        pidfd = os.pidfd_open(process.pid)
        for count in range(1, 21):
            signals.tell(pidfd, signal.SIGTERM, to_group=False)
            assert count == len(heard.read_text().splitlines())
        os.close(pidfd)
        process.kill()


def test_telling_a_process_that_has_ended_returns_at_once(tmp_path: Path) -> None:
    """There is nobody to wait for."""
    with started("print('ready', flush=True)", tmp_path) as process:
        pidfd = os.pidfd_open(process.pid)
        process.wait()
        signals.tell(pidfd, signal.SIGTERM, to_group=False)
        os.close(pidfd)

    assert 0 == process.returncode


@pytest.mark.slow
def test_workers_disregard_the_signal_and_end_with_their_parent() -> None:
    """As the solution of exercise 10 starts them: deaf to SIGTERM, and gone when the parent is."""
    with started(LOADS, course.find("ex10").solution) as process:
        workers = [int(pid) for pid in process.stdout.readline().split()]
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.5)
        deaf = [pid for pid in workers if alive(pid)]
        process.kill()
        until = time.monotonic() + 60
        while any(map(alive, workers)) and time.monotonic() < until:
            time.sleep(0.1)

    assert 2 == len(workers) == len(deaf)
    assert [] == [pid for pid in workers if alive(pid)]
