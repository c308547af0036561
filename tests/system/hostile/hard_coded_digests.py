# expect: failed forged_reports
"""The reports are those of a right training of another verdict, whose challenge was another."""

import sys

import torch

from grader import bits
from grader.process.probe import Probe
from grader.workloads import items
from grader.workloads.training import Training
from grader.workloads.workload import COMPARED


def the_loop():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "_Loop":
        frame = frame.f_back
    return frame.f_locals["self"]


def digests_of_another_verdict(workload):
    training, found = Training(workload), []
    for _ in range(workload.steps):
        training.optimizer.zero_grad()
        training.forward(bytes(72)).backward()
        training.optimizer.step()
        training.step += 1
        found.append([bits.digest(items.read(training, item)) for item in COMPARED])
    return found


def step(probe, index, loss, digests):
    _step(probe, index, loss, probe.known[index] if digests else digests)


_step, Probe.step = Probe.step, step


def save(path, model, optimizer, epoch, config):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    Probe.known = digests_of_another_verdict(the_loop().training.workload)
    return (torch.load(path, weights_only=True)["epoch"] + 1) if path.exists() else 0
