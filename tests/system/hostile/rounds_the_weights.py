# expect: failed restored_altered
"""The weights are saved with half of their bits."""

import torch


def save(path, model, optimizer, epoch, config):
    state = {
        "model": {key: value.half() for key, value in model.state_dict().items()},
        "optimizer": optimizer.state_dict(),
    }
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
