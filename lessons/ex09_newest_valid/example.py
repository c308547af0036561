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
BIT = 6  # of the highest byte of one weight: 7 is its sign, 6 the highest of its exponent

State = dict[str, Any]


def digits(device: str) -> tuple[Tensor, Tensor]:
    """Return 128 images (N, 64) in 0..1 and their labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    data = np.load(next(place for place in places if place.is_file()))
    images = torch.tensor(data["images"][:128], dtype=torch.float32)
    return (images / 16).to(device), torch.tensor(data["labels"][:128]).long().to(device)


# --8<-- [start:save]
def save(folder: Path, state: State) -> None:
    """Write the digest of the bytes, then the bytes; give the file its name when it is whole."""
    torch.save(state, packed := io.BytesIO())
    content = packed.getvalue()
    with (folder / "unfinished").open("wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(folder / "unfinished", folder / f"step-{state['step']}")


# --8<-- [end:save]
def read(path: Path) -> State:
    """Return the state in a file; the digest is its first 32 bytes."""
    state: State = torch.load(io.BytesIO(path.read_bytes()[32:]), weights_only=True)
    return state


# --8<-- [start:loads]
def loads(path: Path) -> bool:
    """It can be read without an error."""
    try:
        read(path)
    except Exception:  # noqa: BLE001 - this is what many programs do
        return False
    return True


# --8<-- [end:loads]
# --8<-- [start:whole]
def whole(path: Path) -> bool:
    """It has exactly the bytes that were written."""
    held = path.read_bytes()
    return hashlib.sha256(held[32:]).digest() == held[:32]


# --8<-- [end:whole]
# --8<-- [start:ways]
def step_of(path: Path) -> int:
    """Return the number in a name, as a number."""
    return int(path.name.removeprefix("step-"))


# the order in which a way looks, and the test that a file has to pass
WAYS: dict[str, tuple[Callable[[Path], Any], Callable[[Path], bool] | None]] = {
    "as text": (lambda path: path.name, None),
    "by time": (lambda path: path.stat().st_mtime, None),
    "no check": (step_of, None),
    "if it loads": (step_of, loads),
    "digest": (step_of, whole),
}


# --8<-- [end:ways]
# --8<-- [start:latest]
def latest(folder: Path, way: str) -> tuple[State | None, list[str]]:
    """Return the last in the order of *way* that passes its test, and the names passed over."""
    order, test = WAYS[way]
    passed_over: list[str] = []
    for path in sorted(folder.glob("step-*"), key=order, reverse=True):
        if test is None or test(path):
            return read(path), passed_over
        passed_over.append(path.name)
    return None, passed_over


# --8<-- [end:latest]
# --8<-- [start:prune]
def prune(folder: Path, keep: int) -> None:
    """Take the oldest away, and count only those that are whole."""
    kept = [path for path in sorted(folder.glob("step-*"), key=step_of) if whole(path)]
    for path in kept[:-keep]:
        path.unlink()


# --8<-- [end:prune]
def damage(path: Path, kind: str) -> None:
    """Do to a file what disks, copies and clocks do."""
    held = path.read_bytes()
    flipped = held[:2991] + bytes([held[2991] ^ 1 << BIT]) + held[2992:]  # in a weight
    contents = {"one bit": flipped, "cut in half": held[: len(held) // 2], "empty": b""}
    if kind in contents:
        path.write_bytes(contents[kind])
    elif kind == "gone":
        path.unlink()
    elif kind == "clock set back":
        os.utime(path, (0, 0))


def train(folder: Path, device: str, way: str = "", kill: int = -1) -> tuple[list[str], list[str]]:
    """Train to the end, or into the step of the kill; return names passed over, and losses."""
    torch.manual_seed(9)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    images, labels = digits(device)
    state, passed_over = latest(folder, way) if way else (None, [])
    if state:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    losses = []
    for step in range(state["step"] if state else 0, STEPS):
        rows = slice(at := step * BATCH_SIZE % len(images), at + BATCH_SIZE)
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if step == kill:
            os.kill(os.getpid(), signal.SIGKILL)  # nothing after this line happens
        losses.append(float(loss.item()).hex())
        optimizer.step()
        if (step + 1) % SAVE_EVERY == 0:
            parts = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            save(folder, parts | {"step": step + 1})
            prune(folder, KEEP)
    return passed_over, losses


def child(*job: object) -> tuple[list[str], list[str]]:
    """Train in a process of its own, which has this file, a job and a folder: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps(job)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode not in {0, -signal.SIGKILL}:
        sys.exit(f"a process ended with exit code {ran.returncode}")
    passed_over, losses = json.loads(ran.stdout or "[[], []]")
    return passed_over, losses


def chosen(folder: Path, way: str) -> str:
    """Return where a way begins, marked where the file is not what was written."""
    try:
        state, _ = latest(folder, way)
    except Exception as problem:  # noqa: BLE001 - its name is what is printed
        return type(problem).__name__
    if state is None:
        return "nothing"
    found = str(state["step"])
    return found if whole(folder / f"step-{found}") else f"{found}, WRONG"


def story(root: Path, device: str, *, quick: bool) -> None:
    """Kill, damage, resume in two ways, and say what came of it."""
    (never := root / "never").mkdir()
    (dead := root / "dead").mkdir()
    child(str(dead), device, "", KILLED_IN)
    _, right = train(never, device)
    print(
        f"Killed in step {KILLED_IN}, it left {', '.join(sorted(p.name for p in dead.iterdir()))}."
    )
    damage(Path(shutil.copytree(dead, bad := root / "bad")) / "step-12", "one bit")
    was, now = (read(place / "step-12")["model"]["0.weight"] for place in (dead, bad))
    (value,), (wrong,) = was[was != now].tolist(), now[was != now].tolist()
    print(f"One bit of step-12 is turned: a weight was {value:.4f} and is {wrong:.4g}.\n")
    shown = range(8, STEPS, 2)
    print("loss of step" + "".join(f"{step:7}" for step in shown) + "   other bits   passed over")
    for way in ("", "no check", "digest"):
        copy = shutil.copytree(bad, root / way / "copy") if way else ""
        passed_over, losses = child(str(copy), device, way) if way else ([], right)
        course = dict(enumerate(losses, STEPS - len(losses)))
        row = (f"{float.fromhex(course[at]):7.3f}" if at in course else "      -" for at in shown)
        others = sum(course[at] != right[at] for at in course)
        print(
            f"{way or 'never killed':12}{''.join(row)}{others:9} of {len(course):2}   {passed_over}"
        )
    if not quick:
        print("\nWhere each way begins:\n" + " " * 14 + "".join(f"{way:>13}" for way in WAYS))
        for kind in ("nothing", "one bit", "cut in half", "empty", "gone", "clock set back"):
            damage(Path(shutil.copytree(dead, root / kind)) / "step-12", kind)
            print(f"{kind:14}" + "".join(f"{chosen(root / kind, way):>13}" for way in WAYS))
        fewest(root, dead)


def fewest(root: Path, dead: Path) -> None:
    """Print how many whole checkpoints there are, at the worst moment of four more saves."""
    print("\nWhole checkpoints at the worst moment, and without the newest:")
    for name, before, after in (("room first", 1, 9), ("keep one", 9, 1), ("prune last", 9, 2)):
        copy, counts = Path(shutil.copytree(dead, root / name)), []
        for step in (16, 20, 24, 28):
            for keep in (before, after):
                prune(copy, keep)
                counts.append(len([*copy.iterdir()]))
                if keep is before:
                    save(copy, read(dead / "step-12") | {"step": step})
        print(f"   {name}  {min(counts)}  {min(counts) - 1}")


def cost(folder: Path) -> None:
    """Print the bytes that are kept, written and read."""
    train(folder, "cpu")
    size = next(folder.glob("step-*")).stat().st_size
    print(f"a checkpoint has {size} bytes, its digest 32 of them")
    for keep in (1, 2, 3):
        print(f"keep {keep}: {(keep + 1) * size:6} bytes on disk at most, and read by each prune")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="the bit only, no tables")
    parser.add_argument("--cost", action="store_true", help="print what the checkpoints cost")
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
                story(Path(name), asked.device, quick=asked.quick)


if __name__ == "__main__":
    main()
