"""Train with a warm-up and a cosine, get killed on each, and compare every rate and every loss.

The process that you start is the training never killed. Two others die by SIGKILL, one while the
learning rate rises and one while it falls; new ones go on from what those two left on disk.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, SequentialLR

STEPS, WARMUP, BATCH_SIZE, SAVE_EVERY = 40, 8, 32, 4
INSIDE, AFTER = 6, 26  # the steps of the kills, counted from 0: in the warm-up, on the cosine
WAYS = {
    "unscheduled": ("weights and Adam, without the schedule", [INSIDE]),
    "late": ("the checkpoint, but the schedule was built after loading", [INSIDE, AFTER]),
    "checkpoint": ("the checkpoint, the optimizer loaded last", [INSIDE, AFTER]),
}

Course = dict[int, tuple[float, float]]  # (learning rate, loss) by step
Parts = tuple[nn.Module, Optimizer, LRScheduler]


def digits(device: str) -> tuple[Tensor, Tensor]:
    """Return 128 images (N, 64) in 0..1 and their labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    data = np.load(next(place for place in places if place.is_file()))
    images = torch.tensor(data["images"][:128], dtype=torch.float32)
    return (images / 16).to(device), torch.tensor(data["labels"][:128]).long().to(device)


# --8<-- [start:build]
def warm_up_then_cosine(optimizer: Optimizer) -> LRScheduler:
    """Rise from a tenth of the rate to all of it, then fall to zero. Writes into *optimizer*."""
    rise = LinearLR(optimizer, start_factor=0.1, total_iters=WARMUP)
    fall = CosineAnnealingLR(optimizer, T_max=STEPS - WARMUP)
    return SequentialLR(optimizer, [rise, fall], milestones=[WARMUP])


def build(device: str, hidden: int = 32) -> Parts:
    """Return what every process begins with, the learning rate at the foot of the warm-up."""
    torch.manual_seed(17)
    model = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10)).to(device)
    optimizer = Adam(model.parameters(), lr=0.01)
    return model, optimizer, warm_up_then_cosine(optimizer)


# --8<-- [end:build]
# --8<-- [start:save]
def save(path: Path, parts: Parts, step: int) -> None:
    """Keep what a step changes in each of the three, and how many steps are done."""
    model, optimizer, schedule = parts
    states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(states | {"schedule": schedule.state_dict(), "step": step}, path)


# --8<-- [end:save]
# --8<-- [start:load]
def load(saved: dict[str, Any], parts: Parts) -> LRScheduler:
    """Restore into the objects that exist; the optimizer has the last word on the rate."""
    model, optimizer, schedule = parts
    model.load_state_dict(saved["model"])
    schedule.load_state_dict(saved["schedule"])
    optimizer.load_state_dict(saved["optimizer"])
    return schedule


# --8<-- [end:load]
# --8<-- [start:unscheduled]
def load_unscheduled(saved: dict[str, Any], parts: Parts) -> LRScheduler:
    """Restore weights and Adam. The schedule stays as it was built."""
    model, optimizer, schedule = parts
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return schedule


# --8<-- [end:unscheduled]
# --8<-- [start:late]
def load_late(saved: dict[str, Any], parts: Parts) -> LRScheduler:
    """Restore all of it, and build the schedule on the loaded optimizer."""
    load_unscheduled(saved, parts)
    schedule = warm_up_then_cosine(parts[1])  # the loaded rate is gone
    schedule.load_state_dict(saved["schedule"])  # the counter is back, the rate is not
    return schedule


# --8<-- [end:late]
# --8<-- [start:train]
def train(folder: Path, device: str, way: str = "", kill: int = -1) -> Course:
    """Train from the step that was loaded to the end, or into the step of the kill."""
    model, optimizer, schedule = parts = build(device)
    images, labels = digits(device)
    first, course = 0, {}
    if way:
        saved = torch.load(folder / "checkpoint.pt", weights_only=True)
        loads = {"unscheduled": load_unscheduled, "late": load_late, "checkpoint": load}
        schedule, first = loads[way](saved, parts), saved["step"]
    for step in range(first, STEPS):
        begin = step * BATCH_SIZE % len(images)
        rows = slice(begin, begin + BATCH_SIZE)
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if step == kill:
            os.kill(os.getpid(), signal.SIGKILL)  # nothing after this line happens
        course[step] = optimizer.param_groups[0]["lr"], loss.item()
        optimizer.step()
        schedule.step()
        if (step + 1) % SAVE_EVERY == 0:
            save(folder / "checkpoint.pt", (model, optimizer, schedule), step + 1)
    return course


# --8<-- [end:train]
def start(folder: Path, *job: object) -> subprocess.Popen[str]:
    """Start a process that has this file, a job, and *folder*: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps([str(folder), *job])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def course_of(process: subprocess.Popen[str]) -> Course:
    """Wait for a process to end; return what it printed, exact to the last bit."""
    printed, _ = process.communicate()
    if process.returncode not in {0, -signal.SIGKILL}:
        sys.exit(f"a process ended with exit code {process.returncode}")
    rows = (line.split() for line in printed.splitlines())
    return {int(step): (float.fromhex(rate), float.fromhex(loss)) for step, rate, loss in rows}


def compare(kill: int, found: Course, never: Course) -> None:
    """Print the first step with another rate, and the first with another loss, bit for bit."""
    firsts = []
    for column in (0, 1):
        differ = (at for at in found if found[at][column].hex() != never[at][column].hex())
        firsts.append(f"{next(differ, 'never'):>5}")
    highest, last = max(rate for rate, _ in found.values()), found[STEPS - 1][1]
    print(f"{kill:6}  {min(found):5}  {firsts[0]}  {firsts[1]}  {highest:8.4f}  {last:9.3f}")


def story(root: Path, device: str, *, quick: bool) -> dict[str, Course]:
    """Kill, resume in each way, and say what came of it; return every training."""
    kills = [INSIDE] if quick else [INSIDE, AFTER]
    for kill in kills:
        (root / str(kill)).mkdir()
    dying = [start(root / str(kill), device, "", kill) for kill in kills]
    courses = {"never killed": (never := train(root, device))}
    print(f"Never killed: {STEPS} steps, loss {never[0][1]:.3f} to {never[STEPS - 1][1]:.3f}")
    for process in dying:
        course_of(process)
    for way in ("unscheduled", "checkpoint") if quick else WAYS:
        said, at = WAYS[way][0], [kill for kill in WAYS[way][1] if kill in kills]
        copies = [shutil.copytree(root / str(kill), root / f"{way}{kill}") for kill in at]
        begun = [start(Path(copy), device, way) for copy in copies]
        print(f"\nResumed from {said}:\nkilled  began  rate?  loss?   highest  last loss")
        for kill, process in zip(at, begun, strict=True):
            courses[f"{way} {kill}"] = course_of(process)
            compare(kill, courses[f"{way} {kill}"], never)
    print("\nLearning rates in thousandths, steps 4 to 12:")
    for name, found in courses.items():
        if not name.endswith(str(AFTER)):
            rates = " ".join(f"{found[at][0] * 1000:5.2f}" for at in range(4, 13))
            print(f"   {name:14} {rates}")
    return courses


def cost(path: Path) -> None:
    """Print the bytes of each part of a checkpoint, for two widths of the model."""
    for hidden in (32, 1024):
        parts = model, optimizer, schedule = build("cpu", hidden)
        before = str(schedule.state_dict()).split()
        model(torch.ones(1, 64)).sum().backward()
        optimizer.step()
        schedule.step()
        save(path, parts, 1)
        held = [value for one in optimizer.state.values() for value in one.values()]
        print(f"{hidden} hidden units: checkpoint.pt has {path.stat().st_size} bytes")
        print(f"   weights             {sum(each.nbytes for each in model.parameters()):6} bytes")
        print(f"   Adam's averages     {sum(each.nbytes for each in held if each.dim()):6} bytes")
        print(
            f"   Adam's step counts  {sum(each.nbytes for each in held if not each.dim()):6} bytes"
        )
        torch.save(schedule.state_dict(), path)
        moved = zip(before, str(schedule.state_dict()).split(), strict=True)
        print(f"   schedule alone      {path.stat().st_size:6} bytes as a file of its own,")
        print(f"                       {sum(a != b for a, b in moved):6} numbers changed by a step")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="one kill, and no late schedule")
    parser.add_argument("--cost", action="store_true", help="print what the checkpoint costs")
    parser.add_argument("--curves", type=Path, help="write the losses to this file")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        for step, (rate, loss) in train(Path(asked.child[0]), *asked.child[1:]).items():
            print(step, rate.hex(), loss.hex())
    else:
        with tempfile.TemporaryDirectory() as name:
            if asked.cost:
                cost(Path(name) / "checkpoint.pt")
            else:
                courses = story(Path(name), asked.device, quick=asked.quick)
                if asked.curves:
                    curves = {
                        name: {step: loss for step, (_, loss) in course.items()}
                        for name, course in courses.items()
                    }
                    asked.curves.write_text(json.dumps(curves))


if __name__ == "__main__":
    main()
