"""Train with random images and dropout, get killed mid-epoch, and follow every random stream.

The process that you start is the training never killed. Another one dies by SIGKILL, and new ones
go on from the file that it left, each with the streams restored in another way.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

EPOCHS, BATCHES, BATCH_SIZE, SAVE_EVERY = 3, 8, 16, 4
KILLED_IN = 14  # step, counted from 0; the newest save has 12 steps, 4 of them in this epoch
WAYS = ["all but one", "seeded again", "too early", "right"]

Streams = dict[str, Any]  # by name: python, numpy, torch, and the device's if it is no CPU
Course = dict[int, dict[str, str]]  # by step: its loss, and where each stream stood after it
Loader = DataLoader[Any]


# --8<-- [start:data]
class Digits(Dataset[tuple[Tensor, int]]):
    """128 images, brightened or darkened by Python's `random` and made noisy by NumPy."""

    def __init__(self) -> None:
        """Read images (N, 64), scaled to 0..1, and labels (N)."""
        places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
        data = np.load(next(place for place in places if place.is_file()))
        self.images, self.labels = data["images"][:128] / 16, data["labels"][:128].tolist()

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Draw one factor and 64 noise values; return an image that nobody has seen before."""
        image = self.images[index] * random.uniform(0.7, 1.3)  # noqa: S311 - no secret
        return torch.tensor(image + np.random.normal(0, 0.1, 64)).float(), self.labels[index]


# --8<-- [end:data]
# --8<-- [start:streams]
def read_streams(device: str) -> Streams:
    """Return where each stream stands, in types that load safely. Draw nothing."""
    kind, words, *rest = np.random.get_state(legacy=True)
    of_numpy = (kind, list(map(int, words)), *rest)
    held = {"python": random.getstate(), "numpy": of_numpy, "torch": torch.get_rng_state()}
    return held if device == "cpu" else held | {device: getattr(torch, device).get_rng_state()}


def put_back(held: Streams) -> None:
    """Set the streams that are in *held*."""
    setters: dict[str, Any] = {"python": random.setstate, "numpy": np.random.set_state}
    setters["torch"] = torch.set_rng_state
    for name, state in held.items():
        (setters.get(name) or getattr(torch, name).set_rng_state)(state)


# --8<-- [end:streams]
def seed() -> None:
    """Say where every stream begins. Each process does, at its start."""
    random.seed(17)
    np.random.seed(17)
    torch.manual_seed(17)  # of the CPU and of every device


# --8<-- [start:resume]
def resume(loader: Loader, done: int, held: Streams) -> Iterator[Any]:
    """Return the batches that are left, the streams standing where the save found them."""
    if done == 0:  # saved before this epoch had an iterator: making it must draw once more
        put_back(held)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    if done:
        put_back(held)
    return batches


# --8<-- [end:resume]
# --8<-- [start:wrong]
def resume_as(way: str, loader: Loader, done: int, held: Streams) -> Iterator[Any]:
    """Resume the right way, or without the last stream, or in one of two other wrong ways."""
    if way == "too early":
        put_back(held)
    kept = {"right": list(held), "all but one": list(held)[:-1]}.get(way, [])
    batches = resume(loader, done, {name: held[name] for name in kept})
    if way == "seeded again":
        seed()
    return batches


# --8<-- [end:wrong]
# --8<-- [start:train]
def train(folder: Path, device: str, way: str = "", kill: int = -1) -> Course:
    """Train to the end or into the step of the kill; resume first if a *way* is named."""
    seed()
    network = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10))
    loader: Loader = DataLoader(Digits(), BATCH_SIZE, sampler=range(128))  # never shuffled
    model, course, step, batches = network.to(device), Course(), 0, None
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    if way:
        saved = torch.load(folder / "checkpoint.pt", weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
        batches = resume_as(way, loader, step % BATCHES, saved["streams"])
    for _ in range(step // BATCHES, EPOCHS):
        for images, labels in batches or loader:
            loss = nn.functional.cross_entropy(model(images.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if step == kill:
                os.kill(os.getpid(), signal.SIGKILL)
            optimizer.step()
            course[step] = places(device) | {"loss": float(loss.item()).hex()}
            step += 1
            if step % SAVE_EVERY == 0:
                saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
                saved |= {"step": step, "streams": read_streams(device)}
                torch.save(saved, folder / "checkpoint.pt")
        batches = None
    return course


# --8<-- [end:train]
def places(device: str) -> dict[str, str]:
    """Return a fingerprint of where each stream stands."""
    held = {n: s.tolist() if isinstance(s, Tensor) else s for n, s in read_streams(device).items()}
    return {name: hashlib.sha256(repr(state).encode()).hexdigest() for name, state in held.items()}


def start(folder: Path, *job: object) -> subprocess.Popen[str]:
    """Start a process that has this file, *folder* and a job: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps([str(folder), *job])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# --8<-- [start:story]
def story(root: Path, device: str, *, quick: bool) -> dict[str, dict[int, float]]:
    """Kill, resume, and look up each stream's place in the training never killed; return losses."""
    (killed := root / "killed").mkdir()
    dying = start(killed, device, "", KILLED_IN)
    courses = {"never killed": (never := train(root, device))}
    print(f"{len(never)} steps, a save every {SAVE_EVERY}; one process dies in step {KILLED_IN}")
    if dying.wait() != -signal.SIGKILL:
        sys.exit("the process that was to be killed ended otherwise")
    ways = WAYS[:: 3 if quick else 1]
    running = [start(shutil.copytree(killed, root / way), device, way) for way in ways]
    for way, process in zip(ways, running, strict=True):
        printed = json.loads(process.communicate()[0])
        course = courses[way] = {int(step): held for step, held in printed.items()}
        print(f"\nA new process, streams restored: {way}")
        for name in list(course[begun := min(course)])[:-1]:
            same = [step for step in never if never[step][name] == course[begun][name]]
            place = begun if begun in same else same[0] if same else None
            said = "where it never was" if place is None else f"where it was after step {place}"
            print(f"   after step {begun} {name:6} stands {said}")
        differ = [str(step) for step in course if course[step] != never[step]] or ["none"]
        print(f"   first step with other bits: {differ[0]}")
    return {way: {s: float.fromhex(h["loss"]) for s, h in courses[way].items()} for way in courses}


# --8<-- [end:story]
def cost(root: Path) -> None:
    """Print the size of a checkpoint, and what it is without each stream."""
    train(root, "cpu")
    saved = torch.load(root / "checkpoint.pt", weights_only=True)
    for name in ("nothing", *saved["streams"]):
        kept = {each: state for each, state in saved["streams"].items() if each != name}
        torch.save(saved | {"streams": kept}, root / "less.pt")
        print(f"without {name:8} {(root / 'less.pt').stat().st_size} bytes")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="only two of the four resumes")
    parser.add_argument("--cost", action="store_true", help="print what the streams cost")
    parser.add_argument("--curves", type=Path, help="write the losses to this file")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        print(json.dumps(train(Path(asked.child[0]), *asked.child[1:])))
    else:
        with tempfile.TemporaryDirectory() as name:
            if asked.cost:
                cost(Path(name))
            else:
                curves = story(Path(name), asked.device, quick=asked.quick)
                if asked.curves:
                    asked.curves.write_text(json.dumps(curves))


if __name__ == "__main__":
    main()
