"""Train in a shuffled order with two loading workers, get killed mid-epoch, and follow every image.

The process that you start is the training never killed. Another one dies by SIGKILL, and new ones
go on from the file that it left, each with another part of what it says about the data.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

SEED, WORKERS = 17, 2
EPOCHS, BATCHES, BATCH_SIZE, SAVE_EVERY = 3, 10, 8, 5
COUNT = BATCHES * BATCH_SIZE
KILLED_IN = 17  # step, counted from 0; the newest save has 15 steps, 5 of them in epoch 1
WAYS = ["the place only", "the order only", "what was fetched", "order and place"]

Course = dict[int, dict[str, Any]]  # by step: its loss, and which images it was made of


# --8<-- [start:sampler]
class Order:
    """A new order of all images in each epoch, and two counts: fetched, and trained on."""

    def __init__(self) -> None:
        """Seed the generator, once."""
        self.generator = torch.Generator().manual_seed(SEED)
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Remember where the generator stands, then draw the order of an epoch."""
        self.before = self.generator.get_state()
        self.order: list[int] = torch.randperm(COUNT, generator=self.generator).tolist()
        self.fetched = self.trained = 0

    def __iter__(self) -> Iterator[int]:
        """Yield what is left; a loader with workers takes it ahead of the training."""
        self.fetched = self.trained
        for index in self.order[self.trained :]:
            self.fetched += 1
            yield index

    def count(self, images: int) -> None:
        """Be told by the training how many images a step had."""
        self.trained += images
        if self.trained == COUNT:
            self.begin_epoch()


# --8<-- [end:sampler]
# --8<-- [start:noise]
def augment(x: Tensor, epoch: int, index: int) -> Tensor:
    """Return an image with the noise that belongs to it in this epoch, whoever asks and when."""
    generator = torch.Generator().manual_seed((SEED * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)


# --8<-- [end:noise]
class Digits(Dataset[tuple[int, Tensor, int]]):
    """80 images of digits, each with the noise of its epoch."""

    def __init__(self) -> None:
        """Read images (N, 64), scaled to 0..1, and labels (N)."""
        places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
        data = np.load(next(place for place in places if place.is_file()))
        self.images = torch.from_numpy(data["images"][:COUNT] / 16).float()
        self.labels, self.epoch = data["labels"][:COUNT].tolist(), 0

    def __getitem__(self, index: int) -> tuple[int, Tensor, int]:
        """Return an image with its index and its label."""
        return index, augment(self.images[index], self.epoch, index), self.labels[index]


# --8<-- [start:resume]
def resume_as(way: str, order: Order, saved: dict[str, Any]) -> None:
    """Put back what *way* says of the order of the epoch and of the place in it."""
    if way != "the place only":
        order.generator.set_state(saved["before"])
        order.begin_epoch()
    if way == "what was fetched":
        order.trained = saved["fetched"]
    elif way != "the order only":
        order.trained = saved["trained"]


# --8<-- [end:resume]
# --8<-- [start:train]
def train(folder: Path, device: str, way: str = "", kill: int = -1) -> Course:
    """Train to the end or into the step of the kill; resume first if a *way* is named."""
    torch.manual_seed(SEED)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    data, order, course, step = Digits(), Order(), Course(), 0
    if way:
        saved = torch.load(folder / "checkpoint.pt", weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        resume_as(way, order, saved)
        step = saved["step"]
    loader = DataLoader(data, BATCH_SIZE, sampler=order, num_workers=WORKERS)
    while step < EPOCHS * BATCHES:
        data.epoch = step // BATCHES
        for indices, images, labels in loader:
            logits = model(images.to(device))
            loss = nn.functional.cross_entropy(logits, labels.to(device))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if step == kill:
                os.kill(os.getpid(), signal.SIGKILL)
            optimizer.step()
            order.count(len(indices))
            course[step] = {"loss": float(loss.item()).hex(), "images": indices.tolist()}
            step += 1
            if step % SAVE_EVERY == 0:
                held: dict[str, Any] = {"model": model.state_dict()}
                held |= {"optimizer": optimizer.state_dict()}
                held |= {"step": step, "before": order.before}
                held |= {"fetched": order.fetched, "trained": order.trained}
                torch.save(held, folder / "checkpoint.pt")
            if step == EPOCHS * BATCHES:
                break
    return course


# --8<-- [end:train]
def start(folder: Path, *job: object) -> subprocess.Popen[str]:
    """Start a process that has this file, *folder* and a job: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps([str(folder), *job])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# --8<-- [start:story]
def story(root: Path, device: str, *, quick: bool) -> None:
    """Kill, resume, and count in the interrupted epoch how often each image was trained on."""
    (killed := root / "killed").mkdir()
    dying = start(killed, device, "", KILLED_IN)
    never = train(root, device)
    print(f"{len(never)} steps, a save every {SAVE_EVERY}; one process dies in step {KILLED_IN}")
    if dying.wait() != -signal.SIGKILL:
        sys.exit("the process that was to be killed ended otherwise")
    saved = torch.load(killed / "checkpoint.pt", weights_only=True)
    begun, epoch = saved["step"], saved["step"] // BATCHES
    print(f"Its newest save: step {begun}, {saved['trained']} images of epoch {epoch} trained on,")
    print(f"{saved['fetched']} fetched by the loader")
    ways = WAYS[:: 3 if quick else 1]
    running = [start(shutil.copytree(killed, root / way), device, way) for way in ways]
    for way, process in zip(ways, running, strict=True):
        course = {int(step): held for step, held in json.loads(process.communicate()[0]).items()}
        print(f"\nA new process, put back: {way}")
        print(f"   its first images      {' '.join(map(str, course[begun]['images'][:6]))} ...")
        print(f"   they should have been {' '.join(map(str, never[begun]['images'][:6]))} ...")
        inside = range(epoch * BATCHES, (epoch + 1) * BATCHES)
        both = [course.get(step, never[step])["images"] for step in inside]
        seen = Counter(image for images in both for image in images)
        twice = sum(times > 1 for times in seen.values())
        print(f"   in epoch {epoch}: {twice} images more than once, {COUNT - len(seen)} never")
        differ = [str(step) for step in course if course[step] != never[step]] or ["none"]
        print(f"   first step with other bits: {differ[0]}")


# --8<-- [end:story]
def cost(root: Path) -> None:
    """Print the size of four ways to keep a place in the order of so many images."""
    for images in (80, 1_000_000):
        order = torch.randperm(images, generator=torch.Generator().manual_seed(SEED))
        ways = {
            "samples trained on since the start": images + images // 2,
            "generator and place": {"before": torch.Generator().get_state(), "trained": images},
            "what is left, 4 bytes each": order[images // 2 :].int(),
            "what is left, 8 bytes each": order[images // 2 :].clone(),
        }
        for way, held in ways.items():
            torch.save(held, root / "place.pt")
            print(f"{images:8} images: {way:35} {(root / 'place.pt').stat().st_size:8} bytes")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="only two of the four resumes")
    parser.add_argument("--cost", action="store_true", help="print what a place costs")
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
