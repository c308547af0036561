# expect: passed
"""save() compresses in a pool of two processes, and closes it."""

import io
import multiprocessing
import zlib

import torch


def save(path, model, optimizer, epoch, config):
    file = io.BytesIO()
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
            "config": config,
        },
        file,
    )
    with multiprocessing.get_context("fork").Pool(2) as pool:
        path.write_bytes(pool.map(zlib.compress, [file.getvalue()])[0])


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    state = torch.load(io.BytesIO(zlib.decompress(path.read_bytes())), weights_only=True)
    if state["config"] != config:
        raise ValueError(f"made with {state['config']}, this run has {config}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
