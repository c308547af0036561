"""Whose folders are taken away? Those of judges that are dead, and no other."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from grader.faults.lane import folder_for_lanes

JUDGE = """
import signal
from grader.faults.lane import folder_for_lanes
with folder_for_lanes() as folder:
    print(folder, flush=True)
    signal.pause()
"""


def judge() -> tuple[subprocess.Popen[str], Path]:
    """Start a process that holds a folder."""
    process = subprocess.Popen([sys.executable, "-c", JUDGE], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    process.stdout.close()
    (folder / "1" / "checkpoint").mkdir(parents=True)
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))  # one just made is left alone, whoever holds it
    return process, folder


def test_a_killed_judges_folder_goes_and_a_living_ones_stays():
    """SIGKILL leaves the folder; the next grading finds that nobody holds it."""
    living, kept = judge()
    dead, left = judge()
    dead.send_signal(signal.SIGKILL)
    dead.wait()
    assert left.is_dir()

    with folder_for_lanes() as ours:
        assert ours.is_dir()
        assert not left.exists()
        assert kept.is_dir()

    assert not ours.exists()
    living.terminate()
    living.wait()
    with folder_for_lanes():
        assert not kept.exists()
