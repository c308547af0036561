"""Right after any one kill, and wrong once a resumed process has saved twice and is killed.

It keeps what it calls a fresh start: the saves of this process alone. A resumed process takes its
second save for the second of a training, and leaves the optimizer out.
"""

import os

import torch

held = {"resumed": False, "saves": 0}


def save(path, model, optimizer, epoch, config):
    held["saves"] += 1
    state = {"model": model.state_dict(), "epoch": epoch, "config": config}
    if not (held["resumed"] and held["saves"] == 2):
        state["optimizer"] = optimizer.state_dict()
    torch.save(state, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def load(path, model, optimizer, config):
    marker = path.with_name("started")
    held["resumed"] = marker.exists()
    marker.write_text("yes")
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        message = f"made with {state['config']}, this run has {config}"
        raise ValueError(message)
    model.load_state_dict(state["model"])
    if "optimizer" in state:
        optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
