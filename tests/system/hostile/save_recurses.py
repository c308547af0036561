# expect: failed save_raises
"""save() calls itself for ever."""

import torch


def save(path, model, optimizer, epoch, config):
    save(path, model, optimizer, epoch, config)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
