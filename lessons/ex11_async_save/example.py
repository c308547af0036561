"""Save beside the training with five savers, and look what each file holds when the disk was slow.

Every program is a process of its own, and dies by SIGKILL. Its disk is slow by agreement: a writer
gets its first byte through when the training has done so many more steps, or waits for it.
"""

import argparse
import copy
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

STEPS, BATCH = 24, 32
SAVED_AT, LATE = 9, 3  # the save after so many steps; its writer comes so many steps later
PROGRAMS = [
    *("waits for its file", "copies nothing", "all but Adam's step"),
    *("copies in the writer", "copies first"),
]


class Training:
    """A training on the digits."""

    def __init__(self, device: str, path: Path | None = None) -> None:
        """Build everything, and go on from the checkpoint at *path* if there is one."""
        torch.manual_seed(17)
        self.model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.step, self.device = 0, device
        if path and path.exists():
            saved = torch.load(path, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step = saved["step"]

    def state(self) -> dict[str, Any]:
        """Return what a new process needs. The tensors in it are the training's own."""
        model, optimizer = self.model.state_dict(), self.optimizer.state_dict()
        return {"model": model, "optimizer": optimizer, "step": self.step}

    def train_step(self) -> None:
        """Train on the next batch."""
        images, labels = DIGITS
        at = self.step * BATCH % 1024
        given = images[at : at + BATCH].to(self.device)
        loss = nn.functional.cross_entropy(
            self.model(given), labels[at : at + BATCH].to(self.device)
        )
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.step += 1

    def weights(self) -> str:
        """Return every weight, to the last bit, as text."""
        return repr([tensor.tolist() for tensor in self.model.state_dict().values()])


# --8<-- [start:saver]
class Saver:
    """Writes one checkpoint in a thread of its own."""

    def __init__(self, path: Path, program: str, disk: threading.Event) -> None:
        """Write to *path*, as soon as *disk* lets it."""
        self.path, self.program, self.disk = path, program, disk

    def save(self, state: dict[str, Any]) -> None:
        """Begin to save *state*; "copies first" does it right."""
        if self.program == "copies first":
            state = copy.deepcopy(state)
        elif self.program == "all but Adam's step":
            steps = [held["step"] for held in state["optimizer"]["state"].values()]
            state = copy.deepcopy(state, {id(step): step for step in steps})
        self.writer = threading.Thread(target=self.write, args=(state,))
        self.writer.start()

    def write(self, state: dict[str, Any]) -> None:
        """Wait for the disk, and write under another name first."""
        self.disk.wait()
        if self.program == "copies in the writer":
            state = copy.deepcopy(state)
        unfinished = self.path.with_suffix(".new")
        with unfinished.open("wb") as file:
            torch.save(state, file)
        os.replace(unfinished, self.path)


# --8<-- [end:saver]
# --8<-- [start:child]
def child(path: Path, device: str, program: str, late: int) -> None:
    """Train, save once, train on while the disk is busy, and die."""
    training, disk = Training(device), threading.Event()
    saver = Saver(path, program, disk)
    while training.step < SAVED_AT:
        training.train_step()
    saver.save(training.state())
    if program == "waits for its file":
        disk.set()
        saver.writer.join()
    while not path.exists():
        if training.step == SAVED_AT + late:
            disk.set()
            saver.writer.join()
        else:
            training.train_step()
    print(training.step - SAVED_AT, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


# --8<-- [end:child]
def resumed(device: str, program: str, late: int) -> tuple[str, Training]:
    """Let a program save and die; return what it printed, and a training that goes on from it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.pt"
        job = json.dumps([str(path), device, program, late])
        command = [sys.executable, __file__, "--child", job]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
        return printed.strip(), Training(device, path)


def story(device: str, *, quick: bool) -> None:
    """Let each program save beside its training, and say what came of it."""
    never = Training(device)
    while never.step < STEPS:
        never.train_step()
    print(f"A save after step {SAVED_AT - 1}. The disk is busy for {LATE} steps. Then SIGKILL.\n")
    print("program                trained meanwhile   goes on at   comes out")
    for program in PROGRAMS[:: 2 if quick else 1]:
        meanwhile, training = resumed(device, program, LATE)
        began = training.step
        while training.step < STEPS:
            training.train_step()
        same = "the same bits" if training.weights() == never.weights() else "another training"
        print(f"{program:22} {meanwhile:>11} steps {began:12}   {same}")


# --8<-- [start:interpreter]
def to_file(state: dict[str, Any], path: str) -> None:
    """Write to a file that Python has opened."""
    with Path(path).open("wb") as file:
        torch.save(state, file)


WAYS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "torch.save(state, path)": torch.save,
    "torch.save(state, file)": to_file,
}
BUSY = 1.0  # seconds until somebody reads the pipe that stands for a slow disk


def longest_pause(way: str, pipe: str) -> float:
    """Return the longest time for which the main thread stood still while another one wrote."""
    os.mkfifo(pipe)  # opening it waits until somebody reads: a disk that takes its time
    reader = subprocess.Popen(["/bin/sh", "-c", f"sleep {BUSY}; cat {pipe} > /dev/null"])
    state = {"weight": torch.zeros(1000)}
    writer = threading.Thread(target=WAYS[way], args=(state, pipe))
    longest, last = 0.0, time.monotonic()
    writer.start()  # which may itself be the pause
    while reader.poll() is None:
        time.sleep(0.001)  # a step of a very small training
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return longest


# --8<-- [end:interpreter]
def cost() -> None:
    """Say which way of writing keeps the training from running a line of Python."""
    print("written by a thread        while the disk is busy, the training")
    for way in WAYS:
        with tempfile.TemporaryDirectory() as folder:
            still = longest_pause(way, f"{folder}/pipe") > BUSY / 2
        print(f"{way:26} {'stands still' if still else 'goes on'}")
    state = Training("cpu")
    state.train_step()
    tensors = [*state.model.state_dict().values()]
    for held in state.optimizer.state_dict()["state"].values():
        tensors += held.values()
    size = sum(tensor.nbytes for tensor in tensors)
    weights = sum(tensor.nbytes for tensor in state.model.state_dict().values())
    print(
        f"\nA snapshot of this training has {size} bytes: {size / weights:.2f} times its weights."
    )


def figure() -> None:
    """Print how far a resumed training is off, by how late its writer came."""
    curves: dict[str, list[str]] = {}
    for program in ("copies nothing", "all but Adam's step"):
        for late in range(1, 13):
            _, training = resumed("cpu", program, late)
            never = Training("cpu")
            while never.step < STEPS:
                never.train_step()
            while training.step < STEPS:
                training.train_step()
            pairs = zip(
                *(one.model.state_dict().values() for one in (training, never)), strict=True
            )
            off = max(float((one - other).abs().max()) for one, other in pairs)
            curves.setdefault(program, []).append(f"{off:.2e}")
    print(json.dumps({"x": "steps late", "y": "largest difference", "first": 1, "curves": curves}))


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (N, 64) in 0..1 and labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
    data = np.load(next(place for place in places if place.is_file()))
    return torch.tensor(data["images"] / 16).float(), torch.tensor(data["labels"]).long()


DIGITS = digits()


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="three of the five programs")
    parser.add_argument("--cost", action="store_true", help="who keeps the interpreter")
    parser.add_argument("--figure", action="store_true", help="print the figure's data")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        path, device, program, late = asked.child
        child(Path(path), device, program, late)
    elif asked.cost:
        cost()
    elif asked.figure:
        figure()
    else:
        story(asked.device, quick=asked.quick)


if __name__ == "__main__":
    main()
