# expect: failed nothing_to_load
"""What most people write first: load() reads the file without asking whether there is one."""

import torch


def save(path, model, optimizer, epoch, config):
    torch.save(model.state_dict(), path)


def load(path, model, optimizer, config):
    model.load_state_dict(torch.load(path))
