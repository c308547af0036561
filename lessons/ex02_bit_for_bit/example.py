"""Flip one bit of one weight, and follow what becomes of the training.

Then: the same numbers added in another order, and what four ways of comparing say about two tensors
that look alike.
"""

import argparse
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

STEPS, BATCH_SIZE, HIDDEN = 400, 8, 24
FLIPPED = (0, 28)  # a weight of the first layer; its last bit of 32 is turned over
SHOWN = [0, 1, 2, 10, 50, 100, 200, 300, 399]
SUMMED = 1000


def digits() -> tuple[Tensor, Tensor]:
    """Return images (N, 64) in 0..1 and labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
    data = np.load(next(place for place in places if place.is_file()))
    return torch.tensor(data["images"] / 16).float(), torch.tensor(data["labels"]).long()


# --8<-- [start:train]
def train(device: str, steps: int, *, flip: bool) -> Iterator[tuple[float, Tensor]]:
    """Yield the loss of each step, and all weights after it."""
    torch.manual_seed(17)
    model = nn.Sequential(
        *(nn.Linear(64, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh()),
        nn.Linear(HIDDEN, 10),
    ).to(device)
    if flip:
        bits = next(model.parameters()).detach().view(torch.int32)
        bits[FLIPPED] ^= 1
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    images, labels = (part.to(device) for part in digits())
    for step in range(steps):
        batch = torch.arange(step * BATCH_SIZE, (step + 1) * BATCH_SIZE) % len(images)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield loss.item(), torch.cat([p.detach().flatten().cpu() for p in model.parameters()])
    # --8<-- [end:train]


# --8<-- [start:twins]
def twins(device: str, steps: int) -> Iterator[tuple[int, int, float, float, bool]]:
    """Yield, after each step, how far the run with the flipped bit is from the other."""
    pairs = zip(train(device, steps, flip=False), train(device, steps, flip=True), strict=True)
    for step, ((loss, weights), (other_loss, others)) in enumerate(pairs):
        other = int((weights != others).sum())
        apart = float((weights - others).abs().max())
        yield step, other, apart, abs(loss - other_loss), torch.allclose(weights, others)


# --8<-- [end:twins]
def story(device: str, steps: int) -> None:
    """Print how a difference of one bit grows."""
    print("step  other weights   most apart   loss apart   allclose")
    for step, other, apart, losses, close in twins(device, steps):
        if step in SHOWN:
            print(f"{step:4}  {other:13}   {apart:10.0e}   {losses:10.0e}   {close}")


# --8<-- [start:sums]
def sums() -> None:
    """Add the same numbers in the orders that so many threads would, each its own part."""
    numbers = torch.from_numpy(np.random.default_rng(17).standard_normal(SUMMED, dtype=np.float32))
    for threads in (1, 2, 4, 8):
        total = torch.tensor(0.0)
        for part in numbers.chunk(threads):
            share = torch.tensor(0.0)
            for number in part:
                share += number
            total += share
        print(f"{threads} parts: {total.item():.9g}  bits {bits_of(total)}")
    # --8<-- [end:sums]


# --8<-- [start:bits]
def bits_of(tensor: Tensor) -> str:
    """Return the bytes of a tensor's elements, as hexadecimal digits."""
    return tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes().hex()


# --8<-- [end:bits]
# --8<-- [start:alike]
def alike() -> Iterator[tuple[str, Tensor, Tensor]]:
    """Yield two tensors that look alike, with what is special about them."""
    nan = torch.tensor([float("nan")])
    yield "built alike", torch.ones(3), torch.ones(3)
    yield "0.0 and -0.0", torch.tensor([0.0]), torch.tensor([-0.0])
    yield "the same NaN", nan, nan.clone()
    yield "a millionth apart", torch.tensor([1.0]), torch.tensor([1.0 + 1e-6])
    yield "float32, float64", torch.ones(3), torch.ones(3).double()
    yield "2 x 3, 3 x 2", torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(3, 2)
    yield "transposed twice", torch.ones(2, 3), torch.ones(3, 2).t()
    # --8<-- [end:alike]


def said(way: str, a: Tensor, b: Tensor) -> str:
    """Return what a way of comparing says of two tensors."""
    try:
        if way == "==":
            return "same" if bool((a == b).all()) else "other"
        if way == "allclose":
            return "same" if torch.allclose(a, b) else "other"
    except RuntimeError:
        return "raises"
    if way == "equal":
        return "same" if torch.equal(a, b) else "other"
    return "same" if bits_of(a.contiguous()) == bits_of(b.contiguous()) else "other"


def compare() -> None:
    """Print what each way says of each pair, and what files of equal tensors say."""
    ways = ["==", "allclose", "equal", "bytes"]
    print(f"{'':18}" + "".join(f"{way:>10}" for way in ways))
    for name, a, b in alike():
        print(f"{name:18}" + "".join(f"{said(way, a, b):>10}" for way in ways))
    print()
    for name, state, other in files():
        same = file_hash(state) == file_hash(other)
        print(f"{name:30} {'the same file' if same else 'another file'}")


# --8<-- [start:files]
def files() -> Iterator[tuple[str, object, object]]:
    """Yield two states of the same tensors, with what is special about them."""
    ones, row = torch.ones(3), torch.ones(300)
    yield "saved twice", {"w": ones, "n": 1}, {"w": ones, "n": 1}
    yield "keys in another order", {"w": ones, "n": 1}, {"n": 1, "w": ones}
    yield "a part of a larger tensor", {"w": ones}, {"w": row[:3]}
    yield "two names, one tensor", {"w": ones, "v": ones.clone()}, {"w": ones, "v": ones}


def file_hash(state: object) -> str:
    """Return the SHA-256 of what torch.save writes."""
    file = io.BytesIO()
    torch.save(state, file)
    return hashlib.sha256(file.getvalue()).hexdigest()


# --8<-- [end:files]
def cost(steps: int) -> None:
    """Print how much there is to keep for every step of a run, in three ways."""
    weights = [held for _, held in train("cpu", steps, flip=False)]
    size = weights[0].numel() * weights[0].element_size()
    digest = len(hashlib.sha256(bits_of(weights[0]).encode()).hexdigest())
    different = len({bits_of(held) for held in weights})
    print(f"{steps} steps, {different} different states of {weights[0].numel()} weights")
    print(f"all weights of each step   {steps * size:8} bytes")
    print(f"a digest of each step      {steps * digest:8} bytes")
    print(f"the loss with 4 decimals   {steps * 6:8} bytes")


def figure(steps: int) -> None:
    """Print what the page draws: how far two runs are apart, step by step."""
    rows = list(twins("cpu", steps))
    curves = {
        "the weight that differs most": [f"{row[2]:.0e}" for row in rows],
        "the loss": [f"{row[3]:.0e}" for row in rows],
    }
    print(json.dumps({"x": "step", "y": "apart by", "curves": curves}))


def main() -> None:
    """Tell the story, or one part of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="101 steps of 400")
    parser.add_argument("--cost", action="store_true", help="print what a digest costs")
    parser.add_argument("--figure", action="store_true", help="print the figure's data")
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    steps = 101 if asked.quick else STEPS
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        sys.exit(print(f"skipped: no {asked.device} device here"))
    if asked.cost:
        cost(steps)
    elif asked.figure:
        figure(steps)
    else:
        story(asked.device, steps)
        print()
        sums()
        print()
        compare()


if __name__ == "__main__":
    main()
