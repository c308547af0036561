# expect: failed survives_the_kill
"""A helper in a process group of its own waits for the end of its parent."""

import os
import threading

import torch


def save(path, model, optimizer, epoch, config):
    if os.fork() == 0:
        os.setpgid(0, 0)
        threading.Event().wait()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
