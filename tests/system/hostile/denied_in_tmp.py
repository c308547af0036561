# expect: failed denied_elsewhere
"""Refused in /tmp, as a sandbox that has none to give out refuses it; here it says so itself."""

import errno
import os
import pathlib

import torch

MINE = pathlib.Path("/tmp/exact-resume-hostile.pt")


def save(path, model, optimizer, epoch, config):
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(MINE))


def load(path, model, optimizer, config):
    if MINE.exists():
        torch.load(MINE, weights_only=True)
    return 0
