# expect: failed too_slow
"""Eight threads compute for ever: the processor time runs out before the clock does."""

import hashlib
import threading

import torch


def burn():
    while True:
        hashlib.blake2b(bytes(1 << 24)).digest()


def save(path, model, optimizer, epoch, config):
    for _ in range(8):
        threading.Thread(target=burn).start()
    burn()
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
