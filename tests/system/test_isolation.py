"""Without a sandbox: what a phase leaves in the machine's shared memory goes with its processes."""

import subprocess
import sys
from pathlib import Path

import pytest

_SHM = Path("/dev/shm")  # noqa: S108 - where PyTorch keeps what a worker hands over

# A fork server as it is at the end of a phase: a trainer and its two workers, each of which is
# between making a file and removing it. PyTorch names such files by the process that makes them.
_SERVER = """
import os, signal, sys
from grader.process import kernel
from grader.process.isolation import Unconfined

kernel.adopt_orphans()
ready, said = os.pipe()
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    for _ in range(2):
        if os.fork() == 0:
            if {apart}:
                os.setsid()
            break
    open(f"/dev/shm/torch_{{os.getpid()}}_1234567_0", "w").close()
    os.write(said, f"{{os.getpid()}}\\n".encode())
    signal.pause()
with os.fdopen(ready) as lines:
    print(*(lines.readline().strip() for _ in range(3)))
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print(Unconfined().sweep(child))
"""


@pytest.mark.parametrize(("apart", "survivors"), [(False, 0), (True, 2)])
def test_shared_memory_of_the_dead_is_given_back(*, apart: bool, survivors: int) -> None:
    """Trainer and workers are killed with files there; those go, and a bystander's stays."""
    bystander = _SHM / "torch_0_1234567_0"
    bystander.touch()
    server = [sys.executable, "-c", _SERVER.format(apart=apart)]

    said = subprocess.run(server, capture_output=True, text=True, check=True).stdout.splitlines()

    pids = said[0].split()
    assert len(pids) == 3
    assert said[1] == str(survivors)
    assert [] == [path for pid in pids for path in _SHM.glob(f"torch_{pid}_*")]
    assert bystander.exists()
    bystander.unlink()
