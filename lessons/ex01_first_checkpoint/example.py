"""Train, get killed, resume in a new process, and compare every loss bit for bit.

The process that you start is the training never killed. It starts others: one dies by SIGKILL in
the middle of a step, and new ones go on from what that one left on disk.
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

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

EPOCHS, BATCHES, BATCH_SIZE = 15, 4, 32
SAVE_EVERY = 5  # epochs
KILLED_IN = 46  # step, counted from 0; the newest save is older by six steps
SETTINGS = {"hidden": 32, "learning_rate": 0.01, "dropout": 0.0}

Settings = dict[str, float]
Losses = dict[int, float]  # by step


def digits(device: str) -> tuple[Tensor, Tensor]:
    """Return 128 images (N, 64) in 0..1 and their labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    data = np.load(next(place for place in places if place.is_file()))
    images = torch.tensor(data["images"][: BATCHES * BATCH_SIZE], dtype=torch.float32)
    labels = torch.tensor(data["labels"][: BATCHES * BATCH_SIZE], dtype=torch.int64)
    return (images / 16).to(device), labels.to(device)


# --8<-- [start:build]
def build(settings: Settings, device: str) -> tuple[nn.Module, Optimizer]:
    """Return what every process begins with: random weights, and an Adam that saw no gradient."""
    torch.manual_seed(17)
    hidden = int(settings["hidden"])
    layers: list[nn.Module] = [nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10)]
    if settings["dropout"]:
        layers.insert(2, nn.Dropout(settings["dropout"]))
    model = nn.Sequential(*layers).to(device)
    return model, Adam(model.parameters(), lr=settings["learning_rate"])


# --8<-- [end:build]
# --8<-- [start:weights]
def save_weights(path: Path, model: nn.Module, next_epoch: int) -> None:
    """Keep the weights and the epoch. This is no checkpoint."""
    torch.save({"model": model.state_dict(), "next_epoch": next_epoch}, path)


def load_weights(path: Path, model: nn.Module) -> int:
    """Load them; return the epoch that comes next."""
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    return int(saved["next_epoch"])


# --8<-- [end:weights]
# --8<-- [start:save]
def save(
    path: Path, model: nn.Module, optimizer: Optimizer, next_epoch: int, settings: Settings
) -> None:
    """Keep everything that a step of this training changes, and whose training it is."""
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "next_epoch": next_epoch,
        "settings": settings,
    }
    torch.save(checkpoint, path)


# --8<-- [end:save]
# --8<-- [start:load]
def load(path: Path, model: nn.Module, optimizer: Optimizer, settings: Settings) -> int:
    """Restore into the objects that exist; return the epoch that comes next, 0 without a file."""
    if not path.exists():
        return 0
    checkpoint = torch.load(path, weights_only=True)
    was = checkpoint["settings"]
    if was != settings:
        names = [name for name in settings if was[name] != settings[name]]
        message = ", ".join(f"{name} was {was[name]}, now {settings[name]}" for name in names)
        raise ValueError(message)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["next_epoch"])


# --8<-- [end:load]
# --8<-- [start:train]
def train(
    folder: Path, device: str, settings: Settings, resume: str = "", kill: int = -1
) -> Losses:
    """Train from the epoch that was loaded to the end, or into the step of the kill."""
    model, optimizer = build(settings, device)
    images, labels = digits(device)
    first, losses = 0, {}
    if resume == "weights":
        first = load_weights(folder / "weights.pt", model)
    elif resume == "checkpoint":
        first = load(folder / "checkpoint.pt", model, optimizer, settings)
    for epoch in range(first, EPOCHS):
        for batch in range(BATCHES):
            step = epoch * BATCHES + batch
            rows = slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)
            loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if step == kill:
                os.kill(os.getpid(), signal.SIGKILL)  # nothing after this line happens
            optimizer.step()
            losses[step] = loss.item()
        if (epoch + 1) % SAVE_EVERY == 0:
            save_weights(folder / "weights.pt", model, epoch + 1)
            save(folder / "checkpoint.pt", model, optimizer, epoch + 1, settings)
    return losses


# --8<-- [end:train]
# --8<-- [start:processes]
def start(folder: Path, device: str, *job: object) -> subprocess.Popen[str]:
    """Start a process that has this file, a job, and *folder*: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps([str(folder), device, *job])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def losses_of(process: subprocess.Popen[str]) -> Losses:
    """Wait for a process to end; return the losses that it printed, exact to the last bit."""
    printed, _ = process.communicate()
    if process.returncode:
        sys.exit(f"a process ended with exit code {process.returncode}")
    pairs = (line.split() for line in printed.splitlines())
    return {int(step): float.fromhex(loss) for step, loss in pairs}


def compare(found: Losses, never: Losses, *, rows: bool = False) -> None:
    """Print the first step whose loss has other bits than in the training never killed."""
    differ = [step for step in found if found[step].hex() != never[step].hex()]
    begun, last = min(found), max(found)
    for step in (begun, begun + 1, last) if rows else ():
        said = "other bits" if step in differ else "same bits"
        print(f"   step {step}: loss {found[step]:.3f}, never killed {never[step]:.3f}: {said}")
    said = f"first loss with other bits: step {differ[0]}" if differ else "every loss is exact"
    print(f"   began at step {begun}; {said}")


# --8<-- [end:processes]
def story(root: Path, device: str, *, quick: bool) -> dict[str, Losses]:
    """Kill, resume, and say what came of it; return the losses of three trainings."""
    killed, dropped, dropout = root / "killed", root / "dropped", SETTINGS | {"dropout": 0.2}
    killed.mkdir()
    dropped.mkdir()
    dying = [start(killed, device, SETTINGS, "", KILLED_IN)]
    dying += [] if quick else [start(dropped, device, dropout, "", KILLED_IN)]
    curves = {"never killed": (never := train(root, device, SETTINGS))}
    print(f"Never killed: {len(never)} steps, loss {never[0]:.3f} to {never[max(never)]:.3f}")
    print(f"Another process: a save every {SAVE_EVERY} epochs, SIGKILL in step {KILLED_IN}")
    if any(process.wait() != -signal.SIGKILL for process in dying):
        sys.exit("a process that was to be killed ended otherwise")
    kinds = ("weights", "checkpoint")
    copies = [Path(shutil.copytree(killed, root / kind)) for kind in kinds]
    resumed = [start(copy, device, SETTINGS, copy.name) for copy in copies]
    for kind, process in zip(kinds, resumed, strict=True):
        print(f"\nA new process, resumed from the {kind}:")
        curves[kind] = losses_of(process)
        compare(curves[kind], never, rows=True)
    if not quick:
        print("\nThe same checkpoint, other settings:")
        for changed in ({"hidden": 48}, {"learning_rate": 0.02}):
            try:
                compare(train(killed, device, SETTINGS | changed, "checkpoint"), never)
            except (ValueError, RuntimeError) as problem:
                print(f"   {type(problem).__name__}: {str(problem).splitlines()[0]}")
        print("\nThe same save and load, and dropout in the model:")
        again = start(dropped, device, dropout, "checkpoint")
        never = train(root, device, dropout)
        compare(losses_of(again), never)
        print("   What is missing now? Unit 4 begins here.")
    return curves


def cost(folder: Path) -> None:
    """Print the bytes of each part of a checkpoint, and what a kill can cost."""
    train(folder, "cpu", SETTINGS)
    checkpoint = torch.load(folder / "checkpoint.pt", weights_only=True)
    adam = [held for one in checkpoint["optimizer"]["state"].values() for held in one.values()]
    parts = {
        "weights": list(checkpoint["model"].values()),
        "Adam's averages": [held for held in adam if held.dim()],
        "Adam's step counts": [held for held in adam if not held.dim()],
    }
    for name, held in parts.items():
        count, size = sum(each.numel() for each in held), sum(each.nbytes for each in held)
        print(f"{name:18} {count:5} numbers  {size:6} bytes")
    size = (folder / "checkpoint.pt").stat().st_size
    print(f"{'checkpoint.pt':18}                {size:6} bytes\n")
    for epochs in (1, 5, 15):
        saves, lost = EPOCHS // epochs, epochs * BATCHES
        print(f"every {epochs:2} epochs: {saves * size:6} bytes written, {lost:2} steps at risk")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="leave out settings and dropout")
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
        for step, loss in train(Path(asked.child[0]), *asked.child[1:]).items():
            print(step, loss.hex())
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if asked.cost:
                cost(folder)
            else:
                curves = story(folder, asked.device, quick=asked.quick)
                if asked.curves:
                    asked.curves.write_text(json.dumps(curves))


if __name__ == "__main__":
    main()
