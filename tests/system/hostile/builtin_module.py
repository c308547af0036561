# expect: failed nothing_on_disk
"""The state is kept in a module that is imported already."""

import sys

KEPT = vars(sys).setdefault("kept", {})


def save(path, model, optimizer, epoch, config):
    KEPT.update(model=model.state_dict(), optimizer=optimizer.state_dict(), epoch=epoch)


def load(path, model, optimizer, config):
    if not KEPT:
        return 0
    model.load_state_dict(KEPT["model"])
    optimizer.load_state_dict(KEPT["optimizer"])
    return KEPT["epoch"] + 1
