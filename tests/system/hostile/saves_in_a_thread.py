# expect: passed
"""A thread of its own writes the file; save() waits for it."""

import threading

import torch


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    state = {**state, "epoch": epoch, "config": config}
    writer = threading.Thread(target=torch.save, args=(state, path))
    writer.start()
    writer.join()


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
