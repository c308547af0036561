"""A month of training on a machine that fails, with other habits of saving; then your own save.

The failures are drawn from a seed, without any memory: a machine that ran for a week is no more
likely to fail in the next hour than one that was started just now.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import fmean, median

import torch
from torch import nn

from grader.workloads.failures import expected, exponential, simulate, young

HOUR, DAY = 3600, 86_400
WORK = 30 * DAY  # seconds of training
SAVE, RESTART, BETWEEN = 60, 600, 20 * HOUR  # stated here; --measure tells what your save takes
STEP_MS = 500
RUNS = 20
HABITS = {"every 5 minutes": 300, "every hour": HOUR, "every 8 hours": 8 * HOUR}


# --8<-- [start:month]
def month(every: int, seed: int) -> dict[str, int]:
    """Return where the seconds go of a month's work, with the failures of a seed."""
    moments = exponential(Random(seed), BETWEEN, 20 * WORK)  # noqa: S311 - failures, no key
    return simulate(WORK, every, SAVE, RESTART, moments)


def waste(every: int, runs: int = RUNS) -> float:
    """Return the time beyond the work itself, as a share of it: the mean of some months."""
    return fmean(month(every, seed)["finished"] for seed in range(runs)) / WORK - 1


def waste_expected(every: int) -> float:
    """Return the same from the closed form, without any dice."""
    return expected(WORK, every, SAVE, RESTART, BETWEEN) / WORK - 1


# --8<-- [end:month]
# --8<-- [start:story]
def story(*, quick: bool) -> None:
    """Print a month with each habit, and with Young's interval."""
    steps = young(SAVE, BETWEEN / HOUR, STEP_MS)
    every = round(steps * STEP_MS / 1000)
    print(f"30 days of work; a save takes {SAVE} s, a restart {RESTART // 60} min,")
    print(
        f"and {BETWEEN // HOUR} hours lie between two failures on average. Young: {steps} steps\n"
    )
    print("saved              days   saving h   lost h   restarting h   waste")
    for name, between in (HABITS | {f"Young, {every / 60:.0f} minutes": every}).items():
        told = month(between, 3)
        spent = [told[kind] / HOUR for kind in ("saving", "lost", "restarting")]
        share = told["finished"] / WORK - 1
        days = told["finished"] / DAY
        print(
            f"{name:18} {days:4.1f} {spent[0]:10.1f} {spent[1]:8.1f} {spent[2]:14.1f} {share:7.1%}"
        )
        if quick:
            break


# --8<-- [end:story]
def cost() -> None:
    """Print what leaving the best interval costs, in each direction."""
    best = round(young(SAVE, BETWEEN / HOUR, STEP_MS) * STEP_MS / 1000)
    print("interval            closed form   mean of 20 months")
    for name, factor in [
        ("a tenth", 0.1),
        ("a half", 0.5),
        ("Young's", 1),
        ("twice", 2),
        ("ten times", 10),
    ]:
        every = round(best * factor)
        print(f"{name:10} {every:6} s {waste_expected(every):14.1%} {waste(every):19.1%}")


def figure() -> None:
    """Print the waste by the minutes between two saves: simulated, and by the closed form."""
    minutes = range(2, 242)
    curves = {
        "mean of 20 months": [f"{waste(60 * one):.4f}" for one in minutes],
        "closed form": [f"{waste_expected(60 * one):.4f}" for one in minutes],
    }
    print(json.dumps({"x": "minutes between saves", "y": "waste", "first": 2, "curves": curves}))


# --8<-- [start:measure]
def measure(device: str) -> None:
    """Save a real model seven times, flushed to the disk, and say how often to do so."""
    model = nn.Sequential(*(nn.Linear(1024, 1024) for _ in range(16))).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(8, 1024, device=device)).sum().backward()
    optimizer.step()
    took = []
    with tempfile.TemporaryDirectory(dir=".") as folder:
        for number in range(7):
            began = time.perf_counter()
            with (Path(folder) / f"{number}.pt").open("wb") as file:
                torch.save([model.state_dict(), optimizer.state_dict()], file)
                file.flush()
                os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
        size = (Path(folder) / "0.pt").stat().st_size
    cost_s = median(took)
    print(f"{size / 1e6:.0f} MB take {cost_s:.2f} s, from {min(took):.2f} to {max(took):.2f}")
    for hours in (2, 20, 200):
        every = young(cost_s, hours, STEP_MS) * STEP_MS / 1000
        print(f"a failure every {hours:3} h: save every {every / 60:5.1f} minutes")


# --8<-- [end:measure]
def main() -> None:
    """Tell the story, or one of its parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="one habit alone")
    parser.add_argument("--cost", action="store_true", help="what another interval costs")
    parser.add_argument("--figure", action="store_true", help="print the figure's data")
    parser.add_argument("--measure", action="store_true", help="what your own save takes")
    asked = parser.parse_args()
    if asked.device != "cpu" and not getattr(torch, asked.device).is_available():
        print(f"skipped: no {asked.device} device here")
    elif asked.measure:
        measure(asked.device)
    elif asked.cost:
        cost()
    elif asked.figure:
        figure()
    else:
        story(quick=asked.quick)


if __name__ == "__main__":
    main()
