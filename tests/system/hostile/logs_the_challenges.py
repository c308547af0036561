# expect: failed trains_in_load
"""Every challenge received is saved, and load() trains again with them: no resume, however exact."""

import sys

import torch
from torch import nn

from grader.workloads.training import read_digits

SEEN = {}


def the_loop():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "_Loop":
        frame = frame.f_back
    return frame.f_locals["self"]


def spy():
    probe = the_loop().probe
    ask = probe.challenge

    def challenge(step):
        SEEN[step] = ask(step)
        return SEEN[step]

    probe.challenge = challenge


def train_again(model, optimizer, steps, challenges):
    images_NF, labels_N = read_digits()
    for step in range(steps):
        at, challenge = 32 * (step % 4), challenges(step)
        noise_F = torch.frombuffer(bytearray(challenge[:64]), dtype=torch.uint8)
        batch_BF = images_NF[at : at + 32] + (noise_F.float() - 128.0) / 1024.0
        weight = 0.5 + int.from_bytes(challenge[64:68], "little") / 2**32
        optimizer.zero_grad()
        (nn.functional.cross_entropy(model(batch_BF), labels_N[at : at + 32]) * weight).backward()
        optimizer.step()


def save(path, model, optimizer, epoch, config):
    torch.save({"epoch": epoch, "config": config, "seen": SEEN}, path)


def load(path, model, optimizer, config):
    spy()
    if not path.exists():
        return 0
    kept = torch.load(path, weights_only=True)
    if kept["config"] != config:
        raise ValueError(f"made with {kept['config']}, this run has {config}")
    SEEN.update(kept["seen"])
    train_again(model, optimizer, (kept["epoch"] + 1) * 4, SEEN.__getitem__)
    return kept["epoch"] + 1
