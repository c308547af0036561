# expect: failed forged_reports
"""Every digest is the same."""

import hashlib

import torch


class Same:
    def __init__(self, *_, **__):
        pass

    def update(self, _):
        pass

    def digest(self):
        return bytes(16)


hashlib.blake2b = Same


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    return state["epoch"] + 1
