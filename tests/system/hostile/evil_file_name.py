# expect: failed checkpoint_refused
"""A pipe whose name moves the cursor and is no UTF-8."""

import os

import torch


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)
    name = os.fsencode(path.parent) + b"/\x1b[2Jx\xff\xe2\x80\xae"
    if not os.path.exists(name):
        os.mkfifo(name)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
