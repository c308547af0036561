"""Save in four ways, get killed, and then lose the power: what does load() find on the disk?

Four processes train, save and die by SIGKILL. Each has noted what its last save did, call by call.
No program can switch the power off, so the rest is the grader's model of a disk: it lists what a
power loss may leave, this program puts each of it into a folder, and load() is asked.
"""

import argparse
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import nn
from torch.distributed import checkpoint

from grader.crash_states.effects import Effect
from grader.crash_states.persistence import Disk, Lost

STEPS, SAVED, KILLED_IN, BATCH_SIZE = 12, (4, 8), 10, 32
NAME, UNFINISHED = "checkpoint.pt", "checkpoint.new"
KINDS = ("old", "new", "lost", "mixed")

State = dict[str, Any]
Held = tuple[dict[str, int], dict[int, bytes]]  # names with their file, files with their bytes
Trace = tuple[Held, list[tuple[str, Effect]]]


# --8<-- [start:renamed]
def renamed(folder: Path, state: State) -> None:
    """Write, then rename: safe from every kill."""
    torch.save(state, folder / UNFINISHED)
    os.replace(folder / UNFINISHED, folder / NAME)


# --8<-- [end:renamed]
# --8<-- [start:early]
def early(folder: Path, state: State) -> None:
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
def flushed(folder: Path, state: State) -> None:
    """Flush the bytes, and trust the rename."""
    with (folder / UNFINISHED).open("wb") as file:
        torch.save(state, file)
        file.flush()  # from this program to the kernel
        os.fsync(file.fileno())  # from the kernel to the disk
    os.replace(folder / UNFINISHED, folder / NAME)


# --8<-- [end:flushed]
# --8<-- [start:durable]
def durable(folder: Path, state: State) -> None:
    """Flush the bytes, rename, and flush the names."""
    flushed(folder, state)
    flush_directory(folder)


def flush_directory(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)


# --8<-- [end:durable]
WAYS = {way.__name__: way for way in (renamed, early, flushed, durable)}


def train(folder: Path, device: str, way: str = "") -> dict[int, str]:
    """Train from what lies in *folder*; with a *way* of saving, save and get killed."""
    torch.manual_seed(17)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    first, losses = 0, {}
    if (folder / NAME).exists():
        saved = torch.load(folder / NAME, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
        first = saved["step"]
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).resolve().parents)
    data = np.load(next(place for place in places if place.is_file()))
    for step in range(first, STEPS):
        rows = slice(step * BATCH_SIZE, (step + 1) * BATCH_SIZE)
        images = torch.tensor(data["images"][rows], dtype=torch.float32, device=device) / 16
        labels = torch.tensor(data["labels"][rows], device=device).long()
        loss = nn.functional.cross_entropy(model(images), labels)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if way and step == KILLED_IN:
            os.kill(os.getpid(), signal.SIGKILL)
        adam.step()
        losses[step] = loss.item().hex()
        if way and step + 1 in SAVED:
            state = {"model": model.state_dict(), "adam": adam.state_dict(), "step": step + 1}
            trace = watch(folder, lambda state=state: WAYS[way](folder, state))  # type: ignore[misc]
            folder.with_suffix(".trace").write_bytes(pickle.dumps(trace))
    return losses


# --8<-- [start:watch]
def watch(folder: Path, save: Callable[[], object]) -> Trace:
    """Run a save; return what lay there before, and what each call did to names and bytes."""
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
        save()
    note("write")
    return begun, calls


# --8<-- [end:watch]
def look(folder: Path) -> Held:
    """Return the names in a folder, and what the kernel holds of each file."""
    there = [(path, path.stat().st_ino) for path in sorted(folder.iterdir())]
    return {path.name: ino for path, ino in there}, {ino: path.read_bytes() for path, ino in there}


# --8<-- [start:power]
def power_losses(trace: Trace, level: str, *, returned: bool) -> Iterator[Lost]:
    """Yield each disk that may be left when the power fails in a save, or right after it."""
    (names, held), calls = trace
    seen = set()
    for moment in [len(calls)] if returned else range(1, len(calls)):
        disk = Disk(level, dict(names), dict(held))
        for _, effect in calls[:moment]:
            disk.apply(effect)
        for lost in disk.states():
            content = tuple((name, lost.held[file]) for name, file in sorted(lost.names.items()))
            if content not in seen:
                seen.add(content)
                yield lost


# --8<-- [end:power]
def found(folder: Path, names: dict[str, int], held: dict[int, bytes]) -> bytes:
    """Put files into a folder; return what load() makes of them, b"" where it raises."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, file in names.items():
        (folder / name).write_bytes(held[file])
    data = io.BytesIO()
    try:
        torch.save(torch.load(folder / NAME, weights_only=True), data)
    except Exception:  # noqa: BLE001 - a damaged file can raise anything
        return b""
    return data.getvalue()


def start(*job: object) -> subprocess.Popen[str]:
    """Start a process that has this file and a job: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps(job, default=str)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def resume(folders: dict[str, str], device: str) -> None:
    """Train on from each folder; say where that began, and which loss is the first to differ."""
    never = train(Path(os.devnull), device)
    for title, folder in folders.items():
        try:
            losses = train(Path(folder), device)
        except Exception as problem:  # noqa: BLE001 - a reader shall see whatever comes
            said = f"{type(problem).__name__}: {str(problem)[:60]}"
        else:
            wrong = next((step for step in losses if losses[step] != never[step]), None)
            said = f"began at step {min(losses)}; " + (
                "every loss is exact" if wrong is None else f"other losses from step {wrong} on"
            )
        print(f"   {title}{said}")


def story(root: Path, device: str, ways: list[str], *, cost: bool) -> None:
    """Kill each way of saving, then take its power away, and say what was left."""
    for way in ways:
        (root / way).mkdir()
    for process in [start(str(root / way), device, way) for way in ways]:
        process.wait()
    traces = {way: pickle.loads((root / f"{way}.trace").read_bytes()) for way in ways}  # noqa: S301
    if cost:
        for way in ways:
            print(f"{way}:", *(words for words, _ in traces[way][1]), sep="\n   ")
        return
    print(f"Saves after steps 4 and 8, SIGKILL in step {KILLED_IN}, and a new process:")
    print(start({f"{way:10}": root / way for way in ways}, device).communicate()[0])
    print("The power fails in the second save, or after it. So many disks, by what load() finds:")
    print(f"{'':22}inside the save{'':15}after it returned")
    print(f"{'':17}{''.join(f'{kind:>7}' for kind in KINDS * 2)}")
    bad: dict[tuple[str, str], str] = {}
    for level, way in ((level, way) for level in ("ext4", "posix") for way in ways):
        old = found(root / "disk", *traces[way][0])
        new = found(root / "disk", *look(root / way))
        row = ""
        for returned in (False, True):
            counts = dict.fromkeys(KINDS, 0)
            for lost in power_losses(traces[way], level, returned=returned):
                state = found(root / "disk", dict(lost.names), dict(lost.held))
                kind = {old: "old", new: "new", b"": "lost"}.get(state, "mixed")
                counts[kind] += 1
                if kind in KINDS[2:] or (kind == "old" and returned):
                    if (way, kind) not in bad:
                        found(root / f"{way}-{kind}", dict(lost.names), dict(lost.held))
                    bad.setdefault((way, kind), f"{way}, lost {lost.words}:\n{'':6}")
            row += "".join(f"{count:7}" for count in counts.values())
        print(f"   {level:6}{way:8}{row}")
    print("\nOne disk of each bad kind, and a new process:")
    folders = {said: root / "-".join(case) for case, said in bad.items()}
    print(start(folders, device).communicate()[0])
    print("The distributed checkpoint that comes with this torch, watched in a save of its own:")
    os.chdir(root)
    with warnings.catch_warnings(action="ignore"):
        Path("own").mkdir()
        weights = {"weights": torch.zeros(2500)}
        _, calls = watch(
            Path("own"), lambda: checkpoint.save(weights, checkpoint_id="own", no_dist=True)
        )
    print(*(f"   {words}" for words, _ in calls), sep="\n")


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
    elif asked.child and isinstance(asked.child[0], dict):
        resume(*asked.child)
    elif asked.child:
        train(Path(asked.child[0]), *asked.child[1:])
    else:
        with tempfile.TemporaryDirectory() as name:
            ways = [*WAYS][:: 3 if asked.quick else 1]
            story(Path(name), asked.device, ways, cost=asked.cost)


if __name__ == "__main__":
    main()
