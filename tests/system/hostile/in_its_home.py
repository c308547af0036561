# expect: failed state_elsewhere
"""Only an empty word lies in the directory; the state lies in the home directory."""

import torch


def save(path, model, optimizer, epoch, config):
    path.write_text("saved")
    path = path.home() / "mine.pt"
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    path = path.home() / "mine.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
