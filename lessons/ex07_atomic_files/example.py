"""Kill a save at each thing it does to the disk, and see what a new process can still read.

The process that you start trains and is never killed. Others die by SIGKILL inside a save, and new
ones go on from what they left. Then a survey kills one save everywhere, each time in a fork.
"""

import argparse
import io
import json
import os
import shutil
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
DIES_AT = 16  # steps: the second of three saves
NAME = "checkpoint.pt"
CALLS = {"open": "open", "os.rename": "rename", "os.remove": "remove"}  # as Python tells of them

State = dict[str, Any]
Losses = dict[int, float]  # by step


# --8<-- [start:moments]
SEEN, KILL = list[str](), [-1]  # what a save has done to the disk, and which of it is its last


def moment(what: str, half: Callable[[], object] = list) -> None:
    """Note that something is about to happen; die before it, or in the middle of it, if due."""
    for name in (what, "half") if what == "write" else (what,):
        SEEN.append(name)
        if len(SEEN) - 1 == KILL[0]:
            if name == "half":
                half()
            os.kill(os.getpid(), signal.SIGKILL)


def audit(event: str, args: tuple[Any, ...]) -> None:
    """Be told by Python before a file is created, renamed or removed."""
    if event in CALLS and (event != "open" or "w" in str(args[1])):
        moment(CALLS[event])


class DeadlyFile(io.FileIO):
    """A file whose process may die before one of its writes, or when half of it is done."""

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever has bytes
        """Write *data*, or nothing, or half of it."""
        moment("write", lambda: super(DeadlyFile, self).write(memoryview(data)[: len(data) // 2]))
        return super().write(data)


def put(path: Path, state: State) -> None:
    """Write as torch.save() does into open(path, "wb"), through a file that may be deadly."""
    with io.BufferedWriter(DeadlyFile(path, "w")) as file:
        torch.save(state, file)


# --8<-- [end:moments]
# --8<-- [start:in_place]
def in_place(folder: Path, state: State) -> None:
    """Write over the only checkpoint."""
    put(folder / NAME, state)


# --8<-- [end:in_place]
# --8<-- [start:wrong]
def delete_first(folder: Path, state: State) -> None:
    """Write a second file, remove the first, rename the second."""
    put(folder / "new", state)
    (folder / NAME).unlink(missing_ok=True)
    (folder / "new").rename(folder / NAME)


def two_files(folder: Path, state: State) -> None:
    """Replace two files, each of them in one moment."""
    for name in ("model", "optimizer"):
        put(folder / "new", {name: state[name], "step": state["step"]})
        os.replace(folder / "new", folder / f"{name}.pt")


def pointer(folder: Path, state: State) -> None:
    """Write a file with a number, then its name into a small file."""
    put(folder / f"step-{state['step']}.pt", state)
    with DeadlyFile(folder / "latest", "w") as file:
        file.write(f"step-{state['step']}.pt".encode())


# --8<-- [end:wrong]
# --8<-- [start:replaced]
def replaced(folder: Path, state: State) -> None:
    """Write a second file, then let it take over the name of the first."""
    put(folder / "new", state)
    os.replace(folder / "new", folder / NAME)


# --8<-- [end:replaced]
WAYS = {way.__name__: way for way in (in_place, delete_first, two_files, pointer, replaced)}


def load(way: str, folder: Path) -> State:
    """Return what a save left, read as its way asks for, and the steps that it is from."""
    names = ["model.pt", "optimizer.pt"] if way == "two_files" else [NAME]
    if way == "pointer":
        names = [(folder / "latest").read_text()]
    parts: list[State] = [torch.load(folder / name, weights_only=True) for name in names]
    return parts[0] | parts[-1] | {"steps": [part["step"] for part in parts]}


# --8<-- [start:train]
def train(folder: Path, way: str, device: str, kill: int = -1, *, resume: bool = False) -> Losses:
    """Train to the end, or to a moment of the second save; return the losses."""
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    digits = np.load(next(place for place in places if place.is_file()))
    first, losses = 0, {}
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
            SEEN.clear()
            KILL[0] = kill if step + 1 == DIES_AT else -1
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            WAYS[way](folder, state | {"step": step + 1})
    return losses


# --8<-- [end:train]
# --8<-- [start:survey]
def forked(way: str, folder: Path, state: State, kill: int) -> list[str]:
    """Save in a process of its own, which may die; return the moments of one that did not."""
    heard, told = os.pipe()
    if not (child := os.fork()):
        SEEN.clear()
        KILL[0] = kill
        WAYS[way](folder, state)
        os.write(told, " ".join(SEEN).encode())
        os._exit(0)
    os.close(told)
    os.waitpid(child, 0)
    with os.fdopen(heard) as pipe:
        return pipe.read().split()


def left(way: str, folder: Path) -> str:
    """Say what a new process would read: . old, # new, X nothing, ~ some of each."""
    try:
        steps = load(way, folder)["steps"]
    except (OSError, RuntimeError, EOFError):
        return "X"
    return "~" if len(set(steps)) > 1 else "#" if steps[0] == DIES_AT else "."


def survey(root: Path, state: State, way: str) -> tuple[list[str], str, int]:
    """Kill a save at every moment; return the moments, what was left, the most bytes on disk."""
    base, strip, most = root / way, "", 0
    base.mkdir()
    WAYS[way](base, state | {"step": DIES_AT - SAVE_EVERY})
    calls = forked(way, Path(shutil.copytree(base, root / "whole")), state, -1)
    for kill in [*range(len(calls)), -1]:
        folder = Path(shutil.copytree(base, root / "one"))
        forked(way, folder, state | {"step": DIES_AT}, kill)
        strip += left(way, folder)
        most = max(most, sum(path.stat().st_size for path in folder.iterdir()))
        shutil.rmtree(folder)
    shutil.rmtree(root / "whole")
    return calls, strip, most


# --8<-- [end:survey]
def start(*job: object) -> subprocess.Popen[str]:
    """Start a new interpreter that trains: in a folder, in a way, on a device, to a moment."""
    command = [sys.executable, __file__, "--child", json.dumps(job)]
    return subprocess.Popen(command, stdout=-1, stderr=-1, text=True)


def resumed(process: subprocess.Popen[str], never: Losses) -> str:
    """Say how a new process went on."""
    printed, problem = process.communicate()
    if process.returncode:
        return problem.strip().splitlines()[-1].partition(". ")[0]
    found = {int(step): loss for step, loss in map(str.split, printed.splitlines())}
    differ = [step for step, loss in found.items() if loss != never[step].hex()]
    said = f"other bits from step {differ[0]} on" if differ else "every loss is exact"
    return f"began at step {min(found)}; {said}; last loss {float.fromhex(found[STEPS - 1]):.3f}"


def story(root: Path, device: str, *, quick: bool, cost: bool) -> None:
    """Kill three trainings inside a save and go on from them; then kill one save everywhere."""
    (root / "never").mkdir()
    never = train(root / "never", "replaced", device)
    state = load("replaced", root / "never")
    ways = ("in_place", "two_files", "replaced") if quick else tuple(WAYS)
    found = {way: survey(root, state, way) for way in ways}
    for way, (calls, _, most) in found.items() if cost else ():
        counts = [f"{calls.count(call):2} {call}" for call in ("open", "write", "rename", "remove")]
        print(f"{way:13} {', '.join(counts)}; at most {most} bytes on the disk")
    if cost:
        return
    jobs = {
        way: (str(root / f"{way}, trained"), way, device)
        for way in ("in_place", "two_files", "replaced")
    }
    dying = []
    for way, job in jobs.items():
        Path(job[0]).mkdir()
        dying.append(start(*job, len(found[way][0]) - found[way][0][::-1].index("half") - 1))
    if any(process.wait() != -signal.SIGKILL for process in dying):
        sys.exit("a process that was to be killed ended otherwise")
    print(f"Never killed: {STEPS} steps, loss {never[0]:.3f} to {never[STEPS - 1]:.3f}")
    print(f"Three others: SIGKILL in the last write of the save after step {DIES_AT}\n")
    for way, process in [(way, start(*job, -1, 1)) for way, job in jobs.items()]:
        print(f"A new process, {way}:\n   {resumed(process, never)}")
    print("\nOne save, killed at each moment: before open, write, move, delete; in half a write")
    for way, (calls, strip, _) in found.items():
        letters = {"rename": "m", "remove": "d"}
        print(f"   {'':13} {''.join(letters.get(call, call[0]) for call in calls)}e")
        print(f"   {way:13} {strip}")
    print("   . old   # new   X nothing can be read   ~ some of the old, some of the new")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="leave out two ways of saving")
    parser.add_argument("--cost", action="store_true", help="print what a save costs in each way")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    sys.addaudithook(audit)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        folder, way, device, kill, *resume = asked.child
        for step, loss in train(Path(folder), way, device, kill, resume=bool(resume)).items():
            print(step, loss.hex())
    else:
        with tempfile.TemporaryDirectory() as name:
            story(Path(name), asked.device, quick=asked.quick, cost=asked.cost)


if __name__ == "__main__":
    main()
