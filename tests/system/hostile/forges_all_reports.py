# expect: failed forged_reports
"""load() finds the probe in a frame and reports a whole training by itself."""

import os
import sys

import torch


def the_loop():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "_Loop":
        frame = frame.f_back
    return frame.f_locals["self"]


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    probe, start = the_loop().probe, 0
    if path.exists():
        start = (torch.load(path, weights_only=True)["epoch"] + 1) * 4
    probe.loaded(start)
    for step in range(start, 24):
        for mark in ("forward", "backward", "optimizer"):
            probe.mark(step, mark)
        probe.step(step, 1.0, [bytes(16)] * len(the_loop().compared))
        if step % 8 == 7:
            save(path, model, optimizer, step // 4, config)
            probe.mark(step, "save")
    probe.end(24)
    os._exit(0)
