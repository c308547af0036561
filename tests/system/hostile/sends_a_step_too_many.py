# expect: failed forged_reports
"""After the last step it reports one more."""

import sys

import torch


def the_loop():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "_Loop":
        frame = frame.f_back
    return frame.f_locals["self"]


def save(path, model, optimizer, epoch, config):
    if epoch == 5:
        loop = the_loop()
        loop.probe.mark(23, "save")
        loop.probe.step(24, 1.0, [bytes(16)] * len(loop.compared))
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
