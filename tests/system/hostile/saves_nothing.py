# expect: failed nothing_on_disk
"""save() returns and has written nothing."""

import torch


def save(path, model, optimizer, epoch, config):
    path.touch()


def load(path, model, optimizer, config):
    if not path.exists() or not path.stat().st_size:
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
