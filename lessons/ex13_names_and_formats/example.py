"""Resume one checkpoint in five ways, of which one is right; then ask what a loader verifies.

The checkpoint is that of a compiled model, so its names have a prefix. No way raises any
error. The attack at the end is harmless and is stopped: it would make an empty folder.
"""

import argparse
import io
import json
import os
import pickle
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import Tensor, nn

STEPS, KILLED, BATCH_SIZE, HIDDEN = 300, 150, 32, 24
State = dict[str, Any]


def digits() -> tuple[Tensor, Tensor]:
    """Return images (N, 64) in 0..1 and labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
    data = np.load(next(place for place in places if place.is_file()))
    return torch.tensor(data["images"] / 16).float(), torch.tensor(data["labels"]).long()


# --8<-- [start:net]
class Net(nn.Module):
    """Four layers; which of the middle two is declared first is all that a version changes."""

    def __init__(self, middle: tuple[str, str] = ("low", "high")) -> None:
        """Declare the layers in this order."""
        super().__init__()
        self.enter = nn.Linear(64, HIDDEN)
        for name in middle:
            self.add_module(name, nn.Linear(HIDDEN, HIDDEN))
        self.leave = nn.Linear(HIDDEN, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        for name in ("enter", "low", "high"):
            x = torch.tanh(self.get_submodule(name)(x))
        return self.leave(x)  # type: ignore[no-any-return]


# --8<-- [end:net]
def train(model: nn.Module, optimizer: torch.optim.Optimizer, begin: int, end: int) -> list[float]:
    """Train from one step to another; return the loss on all images after each."""
    images, labels = (part.to(next(model.parameters()).device) for part in digits())
    losses = []
    for step in range(begin, end):
        batch = torch.arange(step * BATCH_SIZE, (step + 1) * BATCH_SIZE) % len(images)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            losses.append(nn.functional.cross_entropy(model(images), labels).item())
    return losses


def start(device: str, seed: int, **net: Any) -> tuple[Net, torch.optim.Optimizer]:  # noqa: ANN401
    """Return a new model with random weights, and its optimizer."""
    torch.manual_seed(seed)
    model = Net(**net).to(device)
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


# --8<-- [start:ways]
def whole(model: Net, optimizer: torch.optim.Optimizer, held: State) -> str:
    """Load by canonical names, in place."""
    names = {name.removeprefix("_orig_mod."): value for name, value in held["model"].items()}
    optimizer.load_state_dict(held["optimizer"])
    return str(model.load_state_dict(names))


def not_strict(model: Net, optimizer: torch.optim.Optimizer, held: State) -> str:
    """Load whatever fits: here that is nothing."""
    optimizer.load_state_dict(held["optimizer"])
    model.load_state_dict(held["model"], strict=False)
    return "(nothing)"


def assigned(model: Net, optimizer: torch.optim.Optimizer, held: State) -> str:
    """Put other tensors into a model whose optimizer exists already."""
    names = {name.removeprefix("_orig_mod."): value for name, value in held["model"].items()}
    optimizer.load_state_dict(held["optimizer"])
    return str(model.load_state_dict(names, assign=True))


def halved(model: Net, optimizer: torch.optim.Optimizer, held: State) -> str:
    """Load a file that was saved in float16, to make it smaller."""
    return whole(
        model, optimizer, {**held, "model": {n: t.half() for n, t in held["model"].items()}}
    )


def reordered(model: Net, optimizer: torch.optim.Optimizer, held: State) -> str:
    """Load into a version that declares its layers in another order."""
    return whole(model, optimizer, held)  # the model goes by name, the optimizer by place


# --8<-- [end:ways]
WAYS: dict[str, Callable[[Net, torch.optim.Optimizer, State], str]] = {
    "canonical names": whole,
    "strict=False": not_strict,
    "assign, too late": assigned,
    "a float16 file": halved,
    "another order": reordered,
}


def runs(device: str) -> Iterator[tuple[str, str, list[float], int]]:
    """Yield each way: its name, what was said, the losses from the resume on, and other weights."""
    model, optimizer = start(device, 17)
    train(model, optimizer, 0, KILLED)
    compiled: Any = torch.compile(model, backend="eager")
    file = io.BytesIO()
    torch.save({"model": compiled.state_dict(), "optimizer": optimizer.state_dict()}, file)
    never = train(model, optimizer, KILLED, STEPS)
    right = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    yield "never interrupted", "", never, 0
    for name, load in WAYS.items():
        order = {"middle": ("high", "low")} if load is reordered else {}
        other, its_optimizer = start(device, 99, **order)
        held = torch.load(io.BytesIO(file.getvalue()), map_location=device, weights_only=True)
        said = load(other, its_optimizer, held)
        losses = train(other, its_optimizer, KILLED, STEPS)
        apart = sum(int((right[key] != one).sum()) for key, one in other.state_dict().items())
        yield name, said, losses, apart


def story(device: str, *, quick: bool) -> None:
    """Print what became of each way."""
    print(f"way of loading     loss at {KILLED + 1}   at {STEPS}   other weights   what was said")
    for name, said, losses, apart in runs(device):
        print(f"{name:17} {losses[0]:12.4f} {losses[-1]:8.4f} {apart:15}   {said}".rstrip())
        if quick and said:
            return
    print("\ndamage to the file   torch.load   safetensors   zipfile.testzip")
    for what, *found in verified():
        print(f"{what:18} {found[0]:>12} {found[1]:>13} {found[2]:>17}")
    print()
    attack()


def one_bit(data: bytes) -> bytes:
    """Turn over one bit of the tensor's bytes."""
    at = data.index(torch.arange(64.0).numpy().tobytes()) + 40
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "one bit": one_bit,
    "second half gone": lambda data: data[: len(data) // 2],
}


# --8<-- [start:verified]
def verified() -> Iterator[tuple[str, str, str, str]]:
    """Yield, for each kind of damage, what three readers say."""
    state = {"weight": torch.arange(64.0)}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    for what, damage in DAMAGES.items():
        zipped, plain = damage(buffer.getvalue()), damage(save_safetensors(state))
        found = said_of(load_safetensors, plain)
        yield what, said_of(loaded, zipped), found, said_of(tested, zipped)


def loaded(data: bytes) -> Any:  # noqa: ANN401 - whatever is in the file
    """Load a file by torch.save."""
    return torch.load(io.BytesIO(data), weights_only=True)


def tested(data: bytes) -> str:
    """Return what zipfile says of the checksums in a file by torch.save."""
    damaged = zipfile.ZipFile(io.BytesIO(data)).testzip()
    return f"names {damaged.rpartition('/')[2]}" if damaged else "right"


def said_of(read: Callable[[bytes], Any], data: bytes) -> str:
    """Say how reading went: an error, the right values, or others without a word."""
    try:
        found = read(data)
    except Exception as problem:  # noqa: BLE001 - whatever a reader raises is its answer
        return type(problem).__name__
    if isinstance(found, str):
        return found
    return "right" if torch.equal(found["weight"], torch.arange(64.0)) else "WRONG"


# --8<-- [end:verified]
# --8<-- [start:attack]
class Attack:
    """Would make an empty folder, if it were unpickled without care."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        """Tell pickle what to call."""
        return os.mkdir, (self.marker,)


def attack() -> None:
    """Save it beside a weight, look at what it wants, and let the careful reader refuse it."""
    with tempfile.TemporaryDirectory() as folder:
        marker, path = Path(folder) / "ran", Path(folder) / "model.pt"
        torch.save({"weight": torch.ones(2), "extra": Attack(str(marker))}, path)
        wanted = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        try:
            torch.load(path, weights_only=True)
        except pickle.UnpicklingError:
            print(f"refused: the file wants to call {', '.join(wanted)}")
        print(f"it ran: {marker.exists()}")


# --8<-- [end:attack]
def cost() -> None:
    """Print what the same numbers take on disk."""
    model, optimizer = start("cpu", 17)
    train(model, optimizer, 0, 1)
    weights = model.state_dict()
    million = torch.zeros(1_000_000)
    kept = {
        "the model": weights,
        "the model in float16": {name: tensor.half() for name, tensor in weights.items()},
        "ten numbers of a million": {"view": million[:10]},
        "the ten, cloned": {"clone": million[:10].clone()},
    }
    print("what                        numbers   torch.save   safetensors")
    for what, state in kept.items():
        buffer = io.BytesIO()
        torch.save(state, buffer)
        count = sum(tensor.numel() for tensor in state.values())
        plain = save_safetensors(dict(state))
        print(f"{what:26} {count:8} {buffer.tell():12} {len(plain):13}")


def figure(device: str) -> None:
    """Print the losses around the resume, of the run never interrupted and of the careless one."""
    held = {name: losses for name, _, losses, _ in runs(device)}
    model, optimizer = start(device, 17)
    before = train(model, optimizer, 0, KILLED)
    curves = {
        name: [f"{one:.4f}" for one in [*before, *held[name]]]
        for name in ("never interrupted", "strict=False")
    }
    print(json.dumps({"x": "step", "y": "loss", "first": 1, "curves": curves}))


# --8<-- [start:measure]
def measure(device: str) -> None:
    """Print how long reading takes: with a mapped file, and into which memory."""
    state = {f"layer.{at}": torch.randn(1024, 1024, device=device) for at in range(64)}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "model.pt"
        torch.save(state, path)
        size = path.stat().st_size / 1e6
        for name, options in {"read": {}, "mapped": {"mmap": True}}.items():
            began = time.perf_counter()
            torch.load(path, map_location="cpu", weights_only=True, **options)
            print(f"{size:.0f} MB {name:7} {time.perf_counter() - began:6.3f} s")


# --8<-- [end:measure]
def main() -> None:
    """Tell the story, or one of its parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="one way alone")
    parser.add_argument("--cost", action="store_true", help="what formats take on disk")
    parser.add_argument("--figure", action="store_true", help="print the figure's data")
    parser.add_argument("--measure", action="store_true", help="how long reading takes here")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.measure:
        measure(asked.device)
    elif asked.cost:
        cost()
    elif asked.figure:
        figure(asked.device)
    else:
        story(asked.device, quick=asked.quick)


if __name__ == "__main__":
    main()
