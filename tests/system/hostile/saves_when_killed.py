# expect: failed nothing_on_disk
"""A helper keeps the state in memory and writes it in the moment in which its parent dies."""

import os

import torch


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.close(theirs)
        os.read(ours, 1)
        torch.save({**state, "epoch": epoch, "config": config}, path)
        os._exit(0)
    os.close(ours)
    KEPT.append(theirs)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1


KEPT = []
