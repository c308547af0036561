"""Tell five programs to leave in the same step, and look what each has saved when it is gone.

Every program is a process of its own, and every signal is real. It is sent in step 13, after the
optimizer has moved and before the step is counted: a moment that a training passes in each step.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

STEPS, EPOCH, SAVE_EVERY, BATCH = 24, 6, 8, 32
TOLD_IN, GRACE = 13, 2  # told to leave in this step, counted from 0; SIGKILL so many steps later
REQUEUE = 75  # EX_TEMPFAIL: run this again
PROGRAMS = ["nobody listens", "saves in the handler", "asks at epochs", "first one only", "a flag"]


# --8<-- [start:run]
class Run:
    """A training on the digits, with a checkpoint that is written whole or not at all."""

    def __init__(self, folder: Path, device: str) -> None:
        """Build everything, and go on from the checkpoint if there is one."""
        torch.manual_seed(17)
        self.model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.step, self.path, self.told = 0, folder / "checkpoint.pt", False
        if self.path.exists():
            saved = torch.load(self.path, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step = saved["step"]

    def save(self) -> None:
        """Write what stands now under another name, then move it into place."""
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state | {"step": self.step}, self.path.with_suffix(".new"))
        pause("saving", self.step)
        os.replace(self.path.with_suffix(".new"), self.path)

    # --8<-- [end:run]
    def train_step(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        """Train on the next batch."""
        at = self.step * BATCH % 1024
        loss = nn.functional.cross_entropy(
            self.model(images[at : at + BATCH]), labels[at : at + BATCH]
        )
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        pause("moved", self.step)
        self.step += 1


WAITS: set[tuple[str, int]] = set()


def pause(where: str, step: int) -> None:
    """Say that this place is reached, where the parent waits for it, and wait for its answer."""
    if (where, step) in WAITS:
        WAITS.discard((where, step))
        print(json.dumps([where, step]), flush=True)
        sys.stdin.readline()


# --8<-- [start:handlers]
def listen(run: Run, program: str) -> None:
    """Set the handler that a program has."""

    def save_and_leave(_number: int, _frame: object) -> None:
        run.save()
        sys.exit(REQUEUE)

    def remember(number: int, _frame: object) -> None:
        run.told = True
        if program == "first one only":
            signal.signal(number, signal.SIG_DFL)

    if program == "saves in the handler":
        signal.signal(signal.SIGTERM, save_and_leave)
    elif program != "nobody listens":
        signal.signal(signal.SIGTERM, remember)


# --8<-- [end:handlers]
# --8<-- [start:loop]
def train(run: Run, program: str) -> int:
    """Train to the end, or until somebody has said to leave; return the exit code."""
    images, labels = digits()
    while run.step < STEPS:
        run.train_step(images, labels)
        safe = run.step % EPOCH == 0 if program == "asks at epochs" else True
        if run.told and safe:
            run.save()
            return REQUEUE
        if run.step % SAVE_EVERY == 0:
            run.save()
    return 0


# --8<-- [end:loop]
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (N, 64) in 0..1 and labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
    data = np.load(next(place for place in places if place.is_file()))
    return torch.tensor(data["images"] / 16).float(), torch.tensor(data["labels"]).long()


def child(job: list[Any]) -> int:
    """Be one of the programs; print at the end which weights came out."""
    folder, device, program, waits = job
    WAITS.update((where, step) for where, step in waits)
    run = Run(Path(folder), device)
    listen(run, program)
    began, code = run.step, train(run, program)
    told = [tensor.tolist() for tensor in run.model.state_dict().values()]
    if code == 0:
        print(json.dumps([began, repr(told)]), flush=True)
    return code


# --8<-- [start:story]
def tell(folder: Path, device: str, program: str) -> tuple[int, int, str]:
    """Start a program, tell it to leave, end its grace; return how it ended, and what came after.

    That is the exit code, the step at which a new process goes on, and what it ends with.
    """
    moved = [["moved", TOLD_IN], ["moved", TOLD_IN + GRACE]]
    first = start([str(folder), device, program, [*moved, ["saving", TOLD_IN + 1]]])
    for line in first.stdout:
        _, step = json.loads(line)
        late = step == TOLD_IN + GRACE
        first.send_signal(signal.SIGKILL if late else signal.SIGTERM)
        if not late:
            answer(first)
    code = first.wait()
    second = start([str(folder), device, "a flag", []])
    began, weights = json.loads(second.communicate()[0])
    return code, began, weights


def answer(process: Any) -> None:  # noqa: ANN401 - as `start` returns it
    """Let a process go on that waits; it may be gone already."""
    try:
        process.stdin.write("\n")
        process.stdin.flush()
    except BrokenPipeError:
        return


# --8<-- [end:story]
def start(job: list[Any]) -> Any:  # noqa: ANN401 - a Popen whose pipes are there
    """Start a process of this file."""
    command = [sys.executable, __file__, "--child", json.dumps(job)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes)


def story(device: str, *, quick: bool) -> None:
    """Tell each program to leave, and say what became of it."""
    with tempfile.TemporaryDirectory() as folder:
        never = Run(Path(folder), device)
        train(never, "a flag")
        weights = repr([tensor.tolist() for tensor in never.model.state_dict().values()])
    print(f"{STEPS} steps, a save after every {SAVE_EVERY}. SIGTERM in step {TOLD_IN}, once more")
    print(f"in a save that follows, and SIGKILL in step {TOLD_IN + GRACE}.\n")
    print("program                ended by    goes on at   steps lost   comes out")
    for program in PROGRAMS[:: 4 if quick else 1]:
        with tempfile.TemporaryDirectory() as folder:
            code, began, after = tell(Path(folder), device, program)
        ended = f"exit {code}" if code >= 0 else signal.Signals(-code).name
        same = "the same bits" if after == weights else "another training"
        print(f"{program:22} {ended:11} {began:10} {max(TOLD_IN - began, 0):12}   {same}")


# --8<-- [start:cost]
# An epoch has 200 steps and an evaluation that takes as long as 60.
ASKED = {
    "after each step and part": range(260),
    "after each step": range(200),
    "at every 50th step": range(49, 200, 50),
    "at the end of an epoch": range(259, 260),
}


def waits(asked: range) -> list[int]:
    """Return for a signal at each place of an epoch how many steps it waits to be noticed."""
    found = []
    for told in range(260):
        at = told
        while at % 260 not in asked:
            at += 1
        found.append(at - told + 1)
    return found


# --8<-- [end:cost]
def cost() -> None:
    """Print how long a signal waits, in lengths of a step, for each place of asking."""
    print("asked                       longest wait   on average")
    for name, asked in ASKED.items():
        found = waits(asked)
        print(f"{name:27} {max(found):8} steps   {sum(found) / len(found):6.1f} steps")


def figure() -> None:
    """Print two of these as curves."""
    shown = ["after each step", "at the end of an epoch"]
    curves = {f"asked {name}": [f"{one:.0f}" for one in waits(ASKED[name])] for name in shown}
    print(json.dumps({"x": "place in the epoch", "y": "steps until noticed", "curves": curves}))


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="two of the five programs")
    parser.add_argument("--cost", action="store_true", help="how long a signal waits")
    parser.add_argument("--figure", action="store_true", help="print the figure's data")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        sys.exit(child(asked.child))
    elif asked.cost:
        cost()
    elif asked.figure:
        figure()
    else:
        story(asked.device, quick=asked.quick)


if __name__ == "__main__":
    main()
