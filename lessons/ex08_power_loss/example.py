"""Save in four ways, get killed, and then lose the power: what does load() find on the disk?

Four processes train, save and die by SIGKILL. Each has noted what its last save did, call by call.
No program can switch the power off, so the rest is the grader's model of a disk: it lists what a
power loss may leave, this program puts each of it into a folder, and torch.load() is asked.
"""

import argparse
import contextlib
import io
import json
import os
import pickle
import signal
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import nn

from grader.crash_states.effects import Effect
from grader.crash_states.persistence import Disk, Lost

STEPS, KILLED_IN = 12, 10
NAME, UNFINISHED = "checkpoint.pt", "checkpoint.new"
KINDS = ("old", "new", "lost", "mixed")

Held = tuple[dict[str, int], dict[int, bytes]]  # names with their file, files with their bytes
Trace = tuple[Held, list[tuple[str, Effect]]]


# --8<-- [start:renamed]
def renamed(folder: Path, state: dict[str, Any]) -> None:
    """Write, then rename: safe from every kill."""
    torch.save(state, folder / UNFINISHED)
    os.replace(folder / UNFINISHED, folder / NAME)


# --8<-- [end:renamed]
# --8<-- [start:early]
def early(folder: Path, state: dict[str, Any]) -> None:
    """Flush the file while its bytes are still in this program."""
    data = io.BytesIO()
    torch.save(state, data)
    with (folder / UNFINISHED).open("wb", buffering=1 << 20) as file:
        file.write(data.getbuffer())
        os.fsync(file.fileno())
    os.replace(folder / UNFINISHED, folder / NAME)
    flush_directory(folder)


# --8<-- [end:early]
# --8<-- [start:flushed]
def flushed(folder: Path, state: dict[str, Any]) -> None:
    """Flush the bytes, and trust the rename."""
    with (folder / UNFINISHED).open("wb") as file:
        torch.save(state, file)
        file.flush()  # from this program to the kernel
        os.fsync(file.fileno())  # from the kernel to the disk
    os.replace(folder / UNFINISHED, folder / NAME)


# --8<-- [end:flushed]
# --8<-- [start:durable]
def durable(folder: Path, state: dict[str, Any]) -> None:
    """Flush the bytes, rename, and flush the names."""
    flushed(folder, state)
    flush_directory(folder)


def flush_directory(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    names = os.open(folder, os.O_RDONLY)
    os.fsync(names)
    os.close(names)


# --8<-- [end:durable]
WAYS = {way.__name__: way for way in (renamed, early, flushed, durable)}


def train(place: str, device: str, way: str = "") -> dict[int, str]:
    """Train from what lies in a folder; with a *way* of saving, save and get killed."""
    folder = Path(place)
    torch.manual_seed(17)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)).to(device)
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    inputs, losses, first = torch.rand(STEPS, 16, 64, device=device), {}, 0
    if (folder / NAME).exists():
        saved = torch.load(folder / NAME, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
        first = saved["step"]
    for step in range(first, STEPS):
        loss = (model(inputs[step]) - inputs[step, :, :1]).square().mean()
        adam.zero_grad()
        loss.backward()
        if way and step == KILLED_IN:
            os.kill(os.getpid(), signal.SIGKILL)
        adam.step()
        losses[step] = loss.item().hex()
        if way and step in {3, 7}:
            state = {"model": model.state_dict(), "adam": adam.state_dict(), "step": step + 1}
            trace = watch(folder, WAYS[way], state)
            folder.with_suffix(".trace").write_bytes(pickle.dumps(trace))
    return losses


def watch(folder: Path, save: Callable[..., object], state: dict[str, Any]) -> Trace:
    """Save; return what lay there before, and what each call did to names and bytes."""
    begun = last = look(folder)
    calls: list[tuple[str, Effect]] = []
    fsync, rename = os.fsync, os.rename

    def note(words: str, **flush: Any) -> None:  # noqa: ANN401 - a file, or a directory
        nonlocal last
        (old_names, old), (names, held) = last, (last := look(folder))
        both = {*old_names, *names}
        moved = {one: names.get(one) for one in both if names.get(one) != old_names.get(one)}
        written = {file: held[file] for file in held if old.get(file) != held[file]}
        if flush or moved or written:
            calls.append((words, Effect(moved, written, **flush)))

    def noted_fsync(descriptor: int) -> None:
        note("write")
        about = os.fstat(descriptor)
        fsync(descriptor)
        if stat.S_ISDIR(about.st_mode):
            note("fsync the directory", directory=".")
        else:
            note(f"fsync a file: the kernel has {about.st_size} bytes", flushed=about.st_ino)

    def noted_rename(old: Path, new: Path) -> None:
        note("write")
        rename(old, new)
        note(f"rename {Path(old).name} to {Path(new).name}")

    with patch.multiple(os, fsync=noted_fsync, rename=noted_rename, replace=noted_rename):
        save(folder, state)
    note("write")
    return begun, calls


def look(folder: Path) -> Held:
    """Return the names in a folder, and what the kernel holds of each file."""
    there = [(path, path.stat().st_ino) for path in sorted(folder.iterdir())]
    return {path.name: ino for path, ino in there}, {ino: path.read_bytes() for path, ino in there}


# --8<-- [start:power]
def power_losses(trace: Trace, level: str, *, returned: bool) -> Iterable[Lost]:
    """Return each disk that may be left when the power fails in a save, or right after it."""
    (names, held), calls = trace
    left: dict[object, Lost] = {}
    for moment in [len(calls)] if returned else range(1, len(calls)):
        disk = Disk(level, dict(names), dict(held))
        for _, effect in calls[:moment]:
            disk.apply(effect)
        for lost in disk.states():
            content = tuple((name, lost.held[file]) for name, file in sorted(lost.names.items()))
            left.setdefault(content, lost)
    return left.values()


# --8<-- [end:power]
def found(folder: Path, names: dict[str, int], held: dict[int, bytes]) -> bytes:
    """Put files into a folder; return what torch.load() makes of them, b"" where it raises."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, file in names.items():
        (folder / name).write_bytes(held[file])
    data = io.BytesIO()
    with contextlib.suppress(Exception):  # a damaged file can raise anything
        torch.save(torch.load(folder / NAME, weights_only=True), data)
    return data.getvalue()


def start(*job: object) -> subprocess.Popen[str]:
    """Start a process that has this file and a job: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps(job, default=str)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def resume(folders: dict[str, str], device: str) -> None:
    """Train on from each folder; say where that began, and which loss is the first to differ."""
    never = train(os.devnull, device)
    for title, folder in folders.items():
        try:
            losses = train(folder, device)
            wrong = [f"step {step}" for step in losses if losses[step] != never[step]]
            first = (wrong or ["none"])[0]
            print(f"   {title}began at step {min(losses)}, first wrong loss: {first}")
        except Exception as problem:  # noqa: BLE001 - a reader shall see whatever comes
            print(f"   {title}{type(problem).__name__} {str(problem)[:60]}".rstrip())


def power(root: Path, device: str, traces: dict[str, Trace]) -> None:
    """Count what load() finds on every disk, and let a new process go on from a few of them."""
    print("The power fails in the second save, or after it. So many disks, by what load() finds:")
    print(f"{'':22}inside the save{'':15}after it returned")
    print(f"{'':17}{''.join(f'{kind:>7}' for kind in KINDS * 2)}")
    bad: dict[str, Path] = {}
    for level, way in ((level, way) for level in ("ext4", "posix") for way in traces):
        known = {found(root / "disk", *traces[way][0]): "old", b"": "lost"}
        known[found(root / "disk", *look(root / way))] = "new"
        row = f"   {level:6}{way:8}"
        for returned in (False, True):
            counts = dict.fromkeys(KINDS, 0)
            for lost in power_losses(traces[way], level, returned=returned):
                files = dict(lost.names), dict(lost.held)
                kind = known.get(found(root / "disk", *files), "mixed")
                counts[kind] += 1
                folder, fine = root / f"{way}-{kind}", {"new"} if returned else {"new", "old"}
                if kind not in fine and not folder.exists():
                    found(folder, *files)
                    bad[f"{way}, lost {lost.words}:\n      "] = folder
            row += "".join(f"{count:7}" for count in counts.values())
        print(row)
    print("\nOne disk of each bad kind, and a new process:")
    print(start(bad, device).communicate()[0])


def story(root: Path, device: str, ways: list[str], *, cost: bool) -> None:
    """Kill each way of saving, then take its power away; at last watch PyTorch's own writer."""
    for way in ways:
        (root / way).mkdir()
    for process in [start(root / way, device, way) for way in ways]:
        process.wait()
    traces = {way: pickle.loads((root / f"{way}.trace").read_bytes()) for way in ways}  # noqa: S301
    if not cost:
        print(f"Saves after 4 and 8 steps, SIGKILL in step {KILLED_IN}, and a new process:")
        print(start({f"{way:10}": root / way for way in ways}, device).communicate()[0])
        power(root, device, traces)
        (root / "own").mkdir()
        os.chdir(root)  # the name of the folder stands in a file
        warnings.simplefilter("ignore")
        save = partial(import_module("torch.distributed.checkpoint").save, no_dist=True)
        trace = watch(
            Path("own"), lambda at, it: save(it, checkpoint_id=at), {"w": torch.zeros(2500)}
        )
        traces = {f"torch {torch.__version__[:4]}, its distributed checkpoint": trace}
    for way, (_, calls) in traces.items():
        print(f"{way}:", *(words for words, _ in calls), sep="\n   ")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="the first way and the last")
    parser.add_argument("--cost", action="store_true", help="print the file calls of each save")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        (resume if isinstance(asked.child[0], dict) else train)(*asked.child)
    else:
        with tempfile.TemporaryDirectory() as name:
            ways = [*WAYS][:: 3 if asked.quick else 1]
            story(Path(name), asked.device, ways, cost=asked.cost)


if __name__ == "__main__":
    main()
