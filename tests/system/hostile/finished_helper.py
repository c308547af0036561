# expect: passed
"""A program in a session of its own that has ended, and that nobody waited for."""

import pathlib
import subprocess

import torch


def save(path, model, optimizer, epoch, config):
    global LAST
    LAST = subprocess.Popen(["true"], start_new_session=True)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)
    while b"Z" not in pathlib.Path(f"/proc/{LAST.pid}/stat").read_bytes():
        pass


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
