# expect: failed leaves_early
"""It reports a moment without waiting for the answer and leaves with status 0."""

import gc
import os
import socket

import torch

from grader.process import protocol
from grader.process.probe import Probe


def the_channel():
    sockets = (held for held in gc.get_objects() if isinstance(held, socket.socket))
    return next(held for held in sockets if held.fileno() >= 0)


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
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1


def mark(probe, step, name):
    if name == "backward" and step == 4:
        the_channel().send(protocol.encode(protocol.Message(protocol.MARK, step, name)))
        os._exit(0)
    _mark(probe, step, name)


_mark, Probe.mark = Probe.mark, mark
