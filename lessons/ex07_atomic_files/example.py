"""Kill saves in their middle by SIGKILL, and see what a new process can still read."""

import argparse
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

STEPS, BATCHES, BATCH_SIZE, SAVE_EVERY = 24, 4, 32, 8
DIES_AT, NAME = 16, "checkpoint.pt"  # in the second of three saves
CALLS = {"open": "o", "os.rename": "m", "os.remove": "d"}  # open, move, delete
State = dict[str, Any]
Losses = dict[int, float]  # by step


# --8<-- [start:moments]
SEEN, KILL = list[str](), [-1]  # a letter for each moment so far, and which one is the last


def moment(what: str, first: Callable[[], object] = list) -> None:
    """Note a moment; if it is the one to die at, do what comes *first*, and die."""
    SEEN.append(what)
    if len(SEEN) - 1 == KILL[0]:
        first()
        os.kill(os.getpid(), signal.SIGKILL)


def audit(event: str, args: tuple[Any, ...]) -> None:
    """Be told by Python before a file is created, renamed or removed."""
    if event in CALLS and (event != "open" or "w" in str(args[1])):
        moment(CALLS[event])


class DeadlyFile(io.FileIO):
    """A file whose process may die before one of its writes, or when half of it is done."""

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever has bytes
        """Write *data*, or nothing, or half of it."""
        moment("w")
        moment("h", lambda: super(DeadlyFile, self).write(memoryview(data)[: len(data) // 2]))
        return super().write(data)


def put(path: Path, state: State) -> None:
    """Write as torch.save() does into open(path, "wb"), through a file that may be deadly."""
    with io.BufferedWriter(DeadlyFile(path, "w")) as file:
        torch.save(state, file)


# --8<-- [end:moments]
def in_place(folder: Path, state: State) -> None:
    """Write over the only checkpoint."""
    put(folder / NAME, state)


def delete_first(folder: Path, state: State) -> None:
    """Write a second file, remove the first, rename the second."""
    put(folder / "new", state)
    (folder / NAME).unlink(missing_ok=True)
    (folder / "new").rename(folder / NAME)


# --8<-- [start:pair]
def two_files(folder: Path, state: State) -> None:
    """Replace two files, each of them in one moment."""
    for name in ("model", "optimizer"):
        put(folder / "new", {name: state[name], "step": state["step"]})
        os.replace(folder / "new", folder / f"{name}.pt")


# --8<-- [end:pair]
def pointer(folder: Path, state: State) -> None:
    """Write a file with a number, then its name into a small file."""
    put(folder / f"step-{state['step']}.pt", state)
    with DeadlyFile(folder / "latest", "w") as file:
        file.write(f"step-{state['step']}.pt".encode())


# --8<-- [start:replaced]
def replaced(folder: Path, state: State) -> None:
    """Write a second file, then let it take over the name of the first."""
    put(folder / "new", state)
    os.replace(folder / "new", folder / NAME)


# --8<-- [end:replaced]
WAYS = {way.__name__: way for way in (in_place, delete_first, two_files, pointer, replaced)}


def save(way: str, folder: Path, state: State, kill: int = -1) -> None:
    """Save in a way, and perhaps die in it."""
    SEEN[:], KILL[0] = [], kill
    WAYS[way](folder, state)


def load(way: str, folder: Path) -> State:
    """Return what a save left, read as its way asks for, and the steps that it is from."""
    names = ["model.pt", "optimizer.pt"] if way == "two_files" else [NAME]
    if way == "pointer":
        names = [(folder / "latest").read_text()]
    parts: list[State] = [torch.load(folder / name, weights_only=True) for name in names]
    return parts[0] | parts[-1] | {"steps": [part["step"] for part in parts]}


# --8<-- [start:train]
def train(
    place: Path | str, way: str, device: str, kill: int = -1, *, resume: bool = False
) -> Losses:
    """Train to the end, or to a moment of the second save; return the losses."""
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    digits = np.load(next(place for place in places if place.is_file()))
    folder, first, losses = Path(place), 0, {}
    if resume:
        state = load(way, folder)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    for step in range(first, STEPS):
        rows = slice(step % BATCHES * BATCH_SIZE, (step % BATCHES + 1) * BATCH_SIZE)
        images = torch.tensor(digits["images"][rows] / 16, dtype=torch.float32, device=device)
        labels = torch.tensor(digits["labels"][rows], dtype=torch.int64, device=device)
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses[step] = loss.item()
        if (step + 1) % SAVE_EVERY == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            save(way, folder, state | {"step": step + 1}, kill if step + 1 == DIES_AT else -1)
    return losses


# --8<-- [end:train]
# --8<-- [start:survey]
def forked(work: Callable[..., object], *args: Any) -> str:  # noqa: ANN401
    """Do *work* in a process of its own; return the moments of its last save, none if it died."""
    heard, told = os.pipe()
    if not (child := os.fork()):
        sys.addaudithook(audit)
        work(*args)
        os.write(told, "".join(SEEN).encode())
        os._exit(0)
    os.close(told)
    os.waitpid(child, 0)
    with os.fdopen(heard) as pipe:
        return pipe.read()


def survey(folder: Path, state: State, way: str) -> tuple[str, str, int]:
    """Kill a save at every moment; return the moments, what it left, the most bytes on disk."""
    folder.mkdir()
    moments, strip, most, steps = forked(save, way, folder, state), "", 0, set[int]()
    for kill in [*range(len(moments)), -1]:
        for path in folder.iterdir():
            path.unlink()
        save(way, folder, state | {"step": DIES_AT - SAVE_EVERY})
        forked(save, way, folder, state | {"step": DIES_AT}, kill)
        with contextlib.suppress(OSError, RuntimeError, EOFError):
            steps = set(load(way, folder)["steps"])
        strip += "~" if len(steps) > 1 else "#" if DIES_AT in steps else "." if steps else "X"
        steps = set()
        most = max(most, sum(path.stat().st_size for path in folder.iterdir()))
    return moments, strip, most


# --8<-- [end:survey]
def went_on(job: list[str], never: Losses) -> str:
    """Resume in a new interpreter, which has the folder and nothing else; say how it went."""
    command = [sys.executable, __file__, "--resume", *job]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1].partition(". ")[0]
    lines = [line.split() for line in done.stdout.splitlines()]
    differ = [step for step, loss in lines if loss != never[int(step)].hex()]
    said = f"other bits from step {differ[0]} on" if differ else "every loss is exact"
    return f"began at step {lines[0][0]}; {said}; last loss {float.fromhex(lines[-1][1]):.3f}"


def story(root: Path, device: str, *, quick: bool, cost: bool) -> None:
    """Kill three trainings inside a save and go on from them; then kill one save everywhere."""
    never = train(root, "replaced", device)
    state = load("replaced", root)
    three = ["in_place", "two_files", "replaced"]
    found = {way: survey(root / way, state, way) for way in (three if quick else WAYS)}
    for way, (moments, _, most) in found.items() if cost else ():
        print(f"{way:13} {len(moments.replace('h', ''))} calls, at most {most} bytes on the disk")
    if cost:
        return
    print(f"Never killed: {STEPS} steps, loss {never[0]:.3f} to {never[STEPS - 1]:.3f}")
    print(f"Three others: SIGKILL in the last write of the save after step {DIES_AT}\n")
    for way in three:
        (folder := root / f"{way}, trained").mkdir()
        if forked(train, folder, way, device, found[way][0].rindex("h")):
            sys.exit("a process that was to be killed ended otherwise")
        print(f"A new process, {way}:\n   {went_on([str(folder), way, device], never)}")
    print(
        "\nOne save, killed before it opens, writes, moves, deletes, in half a write, at its end:"
    )
    for way, (moments, strip, _) in found.items():
        print(f"   {'':13} {moments}e\n   {way:13} {strip}")
    print("   . old   # new   X nothing can be read   ~ some of the old, some of the new")


def main() -> None:
    """Tell the story, or be a process that goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="leave out two ways of saving")
    parser.add_argument("--cost", action="store_true", help="print what a save costs in each way")
    parser.add_argument("--resume", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.resume:
        for step, loss in train(*asked.resume, resume=True).items():
            print(step, loss.hex())
    else:
        with tempfile.TemporaryDirectory() as name:
            story(Path(name), asked.device, quick=asked.quick, cost=asked.cost)


if __name__ == "__main__":
    main()
