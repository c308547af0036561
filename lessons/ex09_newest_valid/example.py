"""Train, get killed, lose one bit of the newest checkpoint, and see who notices.

The process that you start is the training never killed. Another one dies by SIGKILL; then one bit
of its newest file is turned, and new processes go on from what is there, each in its own way.
"""

import argparse
import hashlib
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
from torch import Tensor, nn

STEPS, BATCH_SIZE, SAVE_EVERY, KEEP = 24, 32, 4, 2
KILLED_IN = 14  # counted from 0: the newest checkpoint holds 12 finished steps, the one before 8
BIT = 6  # of the byte that is damaged: 0 changes it least, 7 its sign
DIGEST_BYTES = 32

State = dict[str, Any]
Found = tuple[State | None, list[str]]  # what was chosen, and the names that were passed over


def digits(device: str) -> tuple[Tensor, Tensor]:
    """Return 128 images (N, 64) in 0..1 and their labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    data = np.load(next(place for place in places if place.is_file()))
    images = torch.tensor(data["images"][:128], dtype=torch.float32)
    return (images / 16).to(device), torch.tensor(data["labels"][:128]).long().to(device)


# --8<-- [start:save]
def save(folder: Path, state: State) -> None:
    """Write the digest of the bytes, then the bytes; give the file its name when it is whole."""
    packed = io.BytesIO()
    torch.save(state, packed)
    content = packed.getvalue()
    with (folder / "unfinished").open("wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(folder / "unfinished", folder / f"step-{state['step']}")


# --8<-- [end:save]
# --8<-- [start:read]
def whole(path: Path) -> bool:
    """Say whether a file has exactly the bytes that were written."""
    held = path.read_bytes()
    return hashlib.sha256(held[DIGEST_BYTES:]).digest() == held[:DIGEST_BYTES]


def read(path: Path) -> State:
    """Return the state in a file, without a look at the digest."""
    content = path.read_bytes()[DIGEST_BYTES:]
    state: State = torch.load(io.BytesIO(content), weights_only=True)
    return state


# --8<-- [end:read]
# --8<-- [start:checked]
def step_of(path: Path) -> int:
    """Return the number in a name, as a number."""
    return int(path.name.removeprefix("step-"))


def checked(folder: Path) -> Found:
    """The newest one that is whole, and the names of those that are not."""
    damaged = []
    for path in sorted(folder.glob("step-*"), key=step_of, reverse=True):
        if whole(path):
            return read(path), damaged
        damaged.append(path.name)
    return None, damaged


# --8<-- [end:checked]
# --8<-- [start:trusting]
def trusting(folder: Path) -> Found:
    """The one with the greatest number, whatever is in it."""
    return read(max(folder.glob("step-*"), key=step_of)), []


# --8<-- [end:trusting]
# --8<-- [start:others]
def as_text(folder: Path) -> Found:
    """The last one, in the order that sorted() gives to names."""
    return read(sorted(folder.glob("step-*"))[-1]), []


def by_time(folder: Path) -> Found:
    """The one that was written last, if the clock is to be believed."""
    return read(max(folder.glob("step-*"), key=lambda path: path.stat().st_mtime)), []


def first_to_load(folder: Path) -> Found:
    """The newest one that can be read without an error."""
    for path in sorted(folder.glob("step-*"), key=step_of, reverse=True):
        try:
            return read(path), []
        except Exception:  # noqa: BLE001, S112 - this is what many programs do
            continue
    return None, []


# --8<-- [end:others]
# --8<-- [start:prune]
def prune(folder: Path, keep: int) -> None:
    """Take the oldest away, and count only those that are whole."""
    kept = [path for path in sorted(folder.glob("step-*"), key=step_of) if whole(path)]
    for path in kept[:-keep]:
        path.unlink()


# --8<-- [end:prune]
WAYS: dict[str, Callable[[Path], Found]] = {
    "as text": as_text, "by time": by_time, "no check": trusting,
    "if it loads": first_to_load, "digest": checked,
}  # fmt: skip


# --8<-- [start:damage]
def damage(folder: Path, kind: str) -> None:
    """Do to the newest file what disks, copies and clocks do."""
    path = max(folder.glob("step-*"), key=step_of)
    held = bytearray(path.read_bytes())
    if kind == "one bit":
        held[len(held) // 4] ^= 1 << BIT
        path.write_bytes(held)
    elif kind == "cut in half":
        path.write_bytes(held[: len(held) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "gone":
        path.unlink()
    elif kind == "clock set back":
        os.utime(path, (0, 0))


# --8<-- [end:damage]
def train(folder: Path, device: str, way: str = "", kill: int = -1) -> tuple[list[str], list[float]]:
    """Train to the end, or into the step of the kill; return what was passed over, and losses."""
    torch.manual_seed(9)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    images, labels = digits(device)
    state, skipped = WAYS[way](folder) if way else (None, [])
    first = 0
    if state:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    losses = []
    for step in range(first, STEPS):
        rows = slice(begin := step * BATCH_SIZE % len(images), begin + BATCH_SIZE)
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if step == kill:
            os.kill(os.getpid(), signal.SIGKILL)  # nothing after this line happens
        losses.append(loss.item())
        optimizer.step()
        if (step + 1) % SAVE_EVERY == 0:
            parts = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            save(folder, parts | {"step": step + 1})
            prune(folder, KEEP)
    return skipped, losses


def child(*job: object) -> tuple[list[str], list[float]]:
    """Train in a process of its own, which has this file, a job and a folder: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps(job)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode not in {0, -signal.SIGKILL}:
        sys.exit(f"a process ended with exit code {ran.returncode}")
    skipped, losses = json.loads(ran.stdout or "[[], []]")
    return skipped, [float.fromhex(loss) for loss in losses]


def chosen(folder: Path, way: str, right: dict[int, State]) -> str:
    """Return which step a way begins at, with a mark where its weights have other bits."""
    try:
        state, _ = WAYS[way](folder)
    except Exception as problem:  # noqa: BLE001 - its name is what is printed
        return type(problem).__name__
    if state is None:
        return "nothing"
    held = pickled(state) == pickled(right[state["step"]])
    return str(state["step"]) if held else f"{state['step']}, WRONG"


def pickled(state: State) -> bytes:
    """Return a state as bytes; equal ones have equal bytes."""
    packed = io.BytesIO()
    torch.save(state, packed)
    return packed.getvalue()


def story(root: Path, device: str, *, quick: bool) -> dict[str, dict[int, float]]:
    """Kill, damage, resume in two ways, and say what came of it; return every training."""
    (never := root / "never").mkdir()
    (dead := root / "dead").mkdir()
    child(str(dead), device, "", KILLED_IN)
    losses = train(never, device)[1]
    courses = {"never killed": dict(enumerate(losses))}
    print(f"Never killed: {STEPS} steps, loss {losses[0]:.3f} to {losses[-1]:.3f}")
    there = sorted(path.name for path in dead.iterdir())
    print(f"Killed in step {KILLED_IN}; it left {' and '.join(there)}. One bit of step-12 is turned.")
    for way in ("no check", "digest"):
        copy = Path(shutil.copytree(dead, root / way))
        damage(copy, "one bit")
        skipped, found = child(str(copy), device, way)
        first = STEPS - len(found)
        courses[way] = dict(enumerate(found, first))
        wrong = [at for at in range(first, STEPS) if courses[way][at].hex() != losses[at].hex()]
        print(f"\nResumed by {way}: begins at step {first}, passed over: {skipped or 'nothing'}")
        print("   step       " + " ".join(f"{at:6}" for at in range(8, STEPS, 3)))
        for name, course in (("never", courses["never killed"]), ("resumed", courses[way])):
            row = (f"{course[at]:6.3f}" if at in course else "     -" for at in range(8, STEPS, 3))
            print(f"   {name:10} " + " ".join(row))
        print(f"   {len(wrong)} of {len(found)} losses have other bits")
    if not quick:
        choices(root, dead)
        fewest(root, dead)
    return courses


def choices(root: Path, dead: Path) -> None:
    """Print where each way begins after each damage."""
    right = {step_of(path): read(path) for path in dead.glob("step-*")}
    print("\nWhere each way begins:\n" + " " * 15 + "".join(f"{way:>14}" for way in WAYS))
    for kind in ("nothing", "one bit", "cut in half", "empty", "gone", "clock set back"):
        copy = Path(shutil.copytree(dead, root / kind))
        damage(copy, kind)
        print(f"{kind:15}" + "".join(f"{chosen(copy, way, right):>14}" for way in WAYS))


def fewest(root: Path, dead: Path) -> None:
    """Print how many whole checkpoints there are while four more are saved, at the worst moment."""
    state = read(dead / "step-12")
    print(f"\nPruning to {KEEP}: whole ones at the worst moment, and if the newest is damaged then")
    for name, before, after in (("first", KEEP - 1, 99), ("to one", 99, 1), ("last", 99, KEEP)):
        copy = Path(shutil.copytree(dead, root / name))
        counts = []
        for step in (16, 20, 24, 28):
            prune(copy, before)
            counts.append(len(list(copy.glob("step-*"))))
            save(copy, state | {"step": step})
            prune(copy, after)
            counts.append(len(list(copy.glob("step-*"))))
        print(f"   {name:7} {min(counts)}  {min(counts) - 1}")


def cost(folder: Path) -> None:
    """Print the bytes that are written, read and kept."""
    train(folder, "cpu", kill=STEPS)
    sizes = [path.stat().st_size for path in folder.glob("step-*")]
    print(f"a checkpoint     {sizes[0]:7} bytes, of which its digest {DIGEST_BYTES}")
    for keep in (1, 2, 3):
        most = (keep + 1) * sizes[0]
        print(f"keep {keep}: on disk  {most:7} bytes at most, while one more is written;")
        print(f"   read by prune {most:7} bytes after each save, if all are looked at")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="the bit only, no tables")
    parser.add_argument("--cost", action="store_true", help="print what the checkpoints cost")
    parser.add_argument("--curves", type=Path, help="write the losses to this file")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        skipped, losses = train(Path(asked.child[0]), *asked.child[1:])
        print(json.dumps([skipped, [loss.hex() for loss in losses]]))
    else:
        with tempfile.TemporaryDirectory() as name:
            if asked.cost:
                cost(Path(name))
                return
            courses = story(Path(name), asked.device, quick=asked.quick)
            if asked.curves:
                asked.curves.write_text(json.dumps(courses))


if __name__ == "__main__":
    main()
