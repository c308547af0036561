"""Leave out one part of the state at a time, and look whether the loss ever tells.

The process that you start is the training never killed. Another one dies by SIGKILL in the middle
of an accumulation window, and a new one goes on from its file: seven times, each with other parts.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

EPOCHS, BATCHES, BATCH_SIZE, WINDOW, SAVE_EVERY = 8, 8, 16, 2, 5
KILLED_IN = 37  # batch, counted from 0; the newest save has 35 of them, so a window is open
FIRST_SCALE = 2.0**24  # too large for half precision: the first updates overflow and are skipped
LEFT_OUT = ["average", "buffers", "best", "scaler", "window", "weights and Adam", "nothing"]

Course = dict[str, Any]  # losses by batch, and what the run would ship


def digits() -> tuple[Tensor, Tensor]:
    """Return images (N, 64) in 0..1 and labels (N)."""
    places = (up / "grader/workloads/data/digits.npz" for up in Path(__file__).parents)
    data = np.load(next(place for place in places if place.is_file()))
    return torch.tensor(data["images"] / 16).float(), torch.tensor(data["labels"]).long()


# --8<-- [start:run]
class Run:
    """A training with all that accompanies its weights."""

    def __init__(self, device: str) -> None:
        """Build everything anew, as each process does."""
        torch.manual_seed(17)
        layers = nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 10)
        self.model = nn.Sequential(*layers).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.1)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(0.5))  # type: ignore[no-untyped-call]
        self.scaler = torch.amp.GradScaler(device, init_scale=FIRST_SCALE, growth_interval=3)
        self.best, self.best_after = math.inf, 0
        self.batch, self.device = 0, device

    # --8<-- [end:run]
    # --8<-- [start:state]
    def state(self) -> dict[str, Any]:
        """Return everything that a batch may change."""
        grads = {n: p.grad for n, p in self.model.named_parameters() if p.grad is not None}
        return {
            "weights and Adam": [self.model.state_dict(), self.optimizer.state_dict()],
            "average": self.average.state_dict(),
            "scaler": self.scaler.state_dict(),
            "window": grads,
            "best": [self.best, self.best_after],
            "batch": self.batch,
        }

    # --8<-- [end:state]
    # --8<-- [start:put_back]
    def put_back(self, saved: dict[str, Any], left_out: str) -> None:
        """Go on from a checkpoint, one part of it left where a new process has it."""
        self.batch = saved["batch"]
        weights, adam = saved["weights and Adam"]
        if left_out == "buffers":
            weights = {n: t for n, t in weights.items() if "running" not in n}
        if left_out != "weights and Adam":
            self.model.load_state_dict(weights, strict=left_out != "buffers")
            self.optimizer.load_state_dict(adam)
        if left_out != "average":
            self.average.load_state_dict(saved["average"])
        if left_out != "scaler":
            self.scaler.load_state_dict(saved["scaler"])
        if left_out != "best":
            self.best, self.best_after = saved["best"]
        if left_out != "window":
            for name, parameter in self.model.named_parameters():
                parameter.grad = saved["window"].get(name)

    # --8<-- [end:put_back]
    # --8<-- [start:train]
    def train(self, folder: Path, kill: int = -1) -> Course:
        """Train to the end, or into the batch of the kill."""
        images, labels = (part.to(self.device) for part in digits())
        losses: dict[int, str] = {}
        while self.batch < EPOCHS * BATCHES:
            begin = self.batch % BATCHES * BATCH_SIZE
            if self.batch % WINDOW == 0:
                self.optimizer.zero_grad()
            logits = self.model(images[begin : begin + BATCH_SIZE]).half().float()
            loss = nn.functional.cross_entropy(logits, labels[begin : begin + BATCH_SIZE])
            self.scaler.scale(loss / WINDOW).backward()  # type: ignore[no-untyped-call]
            if self.batch == kill:
                os.kill(os.getpid(), signal.SIGKILL)
            losses[self.batch] = float(loss.item()).hex()
            self.batch += 1
            if self.batch % WINDOW == 0:
                self.scaler.step(self.optimizer)  # skipped where a gradient overflowed
                self.scaler.update()
                self.average.update_parameters(self.model)
                self.look(images[256:], labels[256:])
            if self.batch % SAVE_EVERY == 0:
                torch.save(self.state(), folder / "checkpoint.pt")
        return {"losses": losses, "model": told(self.model), "average": told(self.average)} | {
            "best after": self.best_after
        }

    # --8<-- [end:train]
    def look(self, images: Tensor, labels: Tensor) -> None:
        """Evaluate the average on one of four parts of the images held out; note the best."""
        part = slice(self.batch // WINDOW % 4, None, 4)
        self.average.eval()
        with torch.no_grad():
            loss = float(nn.functional.cross_entropy(self.average(images[part]), labels[part]))
        if loss < self.best:
            self.best, self.best_after = loss, self.batch


def told(module: nn.Module) -> str:
    """Return all of a module's parameters and buffers, as text that differs in one bit."""
    return repr([tensor.tolist() for tensor in module.state_dict().values()])


def child(job: list[Any]) -> None:
    """Die in the batch of the kill; or resume once for each part that is left out."""
    folder, device, *rest = job
    if not rest:
        Run(device).train(Path(folder), KILLED_IN)
    for left_out in rest[0] if rest else ():
        run = Run(device)
        run.put_back(torch.load(Path(folder) / "checkpoint.pt", weights_only=True), left_out)
        print(json.dumps(run.train(Path(folder) / "again")))


def start(*job: object) -> subprocess.Popen[str]:
    """Start a process that has this file and a job: nothing of ours."""
    command = [sys.executable, __file__, "--child", json.dumps(job)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# --8<-- [start:story]
def story(folder: Path, device: str, *, quick: bool) -> None:
    """Kill, resume once for each part left out, and say what differs from the run never killed."""
    (folder / "again").mkdir()
    dying = start(str(folder), device)
    if dying.wait() != -signal.SIGKILL:
        sys.exit("the process that was to be killed ended otherwise")
    left_out = LEFT_OUT[:: 3 if quick else 1]
    resumed = start(str(folder), device, left_out)
    never = Run(device).train(folder / "again")
    print(f"{EPOCHS * BATCHES} batches, an update every {WINDOW}, a save every {SAVE_EVERY};")
    print(f"one process dies in batch {KILLED_IN}. Best so far kept: after {never['best after']}\n")
    print("left out           first other loss   model   average   best kept")
    for part, line in zip(left_out, resumed.communicate()[0].splitlines(), strict=True):
        run = json.loads(line)
        other = [int(at) for at, loss in run["losses"].items() if loss != never["losses"][int(at)]]
        first = f"batch {other[0]}" if other else "none"
        model, average = ("same" if run[n] == never[n] else "other" for n in ("model", "average"))
        print(f"{part:18} {first:18} {model:7} {average:9} after {run['best after']}")


# --8<-- [end:story]
def cost(folder: Path) -> None:
    """Print what each part adds to a checkpoint."""
    run = Run("cpu")
    run.train(folder)
    whole = run.state()
    for part in whole:
        torch.save({name: held for name, held in whole.items() if name != part}, folder / "less.pt")
        torch.save(whole, folder / "whole.pt")
        less, size = ((folder / name).stat().st_size for name in ("less.pt", "whole.pt"))
        print(f"{part:18} {size - less:6} of {size} bytes")


def main() -> None:
    """Tell the story, or be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="three of the seven resumes")
    parser.add_argument("--cost", action="store_true", help="print what each part costs")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ |= {"MKL_CBWR": "AUTO,STRICT", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.child:
        child(asked.child)
    else:
        with tempfile.TemporaryDirectory() as folder:
            if asked.cost:
                cost(Path(folder))
            else:
                story(Path(folder), asked.device, quick=asked.quick)


if __name__ == "__main__":
    main()
