# expect: failed survives_the_kill
"""A daemon that forks and dies all the time, so that nobody can point at it."""

import os

import torch


def save(path, model, optimizer, epoch, config):
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork():
                os._exit(0)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)
    os.wait()


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
