# expect: failed save_raises
"""The exception's text attacks whoever prints it: tags, escape codes, bidi marks, a bell."""

import torch

EVIL = "<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07\u202egnp.exe\u2066\x00\x9b31m [bold red]ok[/] \udcff"


def save(path, model, optimizer, epoch, config):
    raise ValueError(EVIL)
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
