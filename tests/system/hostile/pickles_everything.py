# expect: passed
"""Whole objects are pickled, model and optimizer alike."""

import torch


def save(path, model, optimizer, epoch, config):
    torch.save((model, optimizer, epoch, config), path)


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    old_model, old_optimizer, epoch, made_with = torch.load(path, weights_only=False)
    if made_with != config:
        raise ValueError(f"made with {made_with}, this run has {config}")
    model.load_state_dict(old_model.state_dict())
    optimizer.load_state_dict(old_optimizer.state_dict())
    return epoch + 1
