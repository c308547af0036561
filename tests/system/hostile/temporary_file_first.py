# expect: passed
"""It writes a temporary file, and moves it into place."""

import os
import tempfile

import torch


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        torch.save({**state, "epoch": epoch, "config": config}, file)
    os.replace(file.name, path)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
