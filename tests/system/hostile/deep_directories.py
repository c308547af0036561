# expect: failed checkpoint_refused
"""3000 directories, each in the one before: deeper than Python's recursion, longer than a path may be."""

import os

import torch


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)
    for _ in range(3000):
        os.makedirs("d", exist_ok=True)
        os.chdir("d")
    os.fchdir(here)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
