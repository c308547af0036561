# expect: failed starts_over
"""The state lies in a file without a name, which dies with the last descriptor."""

import tempfile

import torch

MINE = tempfile.TemporaryFile()


def save(path, model, optimizer, epoch, config):
    path.write_text("saved")
    MINE.seek(0)
    path = MINE
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "epoch": epoch, "config": config}, path)


def load(path, model, optimizer, config):
    MINE.seek(0)
    return 0 if not MINE.read(1) else 1
