"""The floor of a pair's cost: the same steps, digests and saves, in one warm process, unwatched."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grader.course import Exercise
from grader.process.protocol import CHALLENGE_BYTES


def seconds_in_process(exercise: Exercise, killed_at: int, pairs: int) -> float:
    """Return CPU seconds of one pair, measured in an interpreter of its own."""
    request = {
        "workload": exercise.workload.arguments(),
        "calls": str(exercise.calls),
        "learner": str(exercise.solution),
        "killed_at": killed_at,
        "pairs": pairs,
    }
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.in_process", json.dumps(request)],
        env={**os.environ, **threads, "MKL_CBWR": "AUTO,STRICT", "CUDA_VISIBLE_DEVICES": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


class _Unwatched:
    """A probe that answers itself, and stops where the kill would be."""

    def __init__(self, stop_at: int) -> None:
        self.stop_at = stop_at

    def challenge(self, _: int) -> bytes:
        return bytes(CHALLENGE_BYTES)

    def mark(self, step: int, mark: str) -> None:
        if step == self.stop_at and mark == "backward":
            raise InterruptedError

    def __getattr__(self, _: str) -> Any:
        return lambda *_arguments: None


def main() -> None:
    """Run the pairs of a request, and print the CPU seconds of one."""
    from grader.process.child import load_learner  # noqa: PLC0415 - after the environment is set
    from grader.workloads import calling, loop  # noqa: PLC0415
    from grader.workloads.training import Training  # noqa: PLC0415
    from grader.workloads.workload import Workload  # noqa: PLC0415

    request = json.loads(sys.argv[1])
    loop.warm_up()
    learner = load_learner(Path(request["learner"]))
    calls = calling.calls_of(request["calls"])  # the same loop, without its process
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("checkpoint").mkdir()
        began = time.process_time()
        for _ in range(request["pairs"]):
            for stop_at in (request["killed_at"], -1):
                training = Training(Workload(**request["workload"]), loop._DATA["digits"])  # noqa: SLF001
                whole = loop._Loop(training, calls, _Unwatched(stop_at), learner)  # type: ignore[arg-type]  # noqa: SLF001
                whole.compared = whole.compared if stop_at < 0 else ()
                whole.load()
                try:
                    whole.train()
                except InterruptedError:
                    continue
            for file in Path("checkpoint").iterdir():
                file.unlink()
        print((time.process_time() - began) / request["pairs"])  # noqa: T201 - the answer to our caller


if __name__ == "__main__":
    main()
