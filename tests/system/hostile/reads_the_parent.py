# expect: failed nothing_on_disk
"""load() looks for its state in the memory and environment of the process that it was forked from."""

import os
import pickle

MAGIC = "-".join(["kept", "by", "save"]).encode()


def save(path, model, optimizer, epoch, config):
    optimizer.kept = MAGIC + pickle.dumps((model.state_dict(), optimizer.state_dict(), epoch))


def load(path, model, optimizer, config):
    parent = f"/proc/{os.getppid()}"
    with open(f"{parent}/environ", "rb") as file:
        found = file.read().partition(MAGIC)[2]
    with open(f"{parent}/maps") as maps, open(f"{parent}/mem", "rb", 0) as memory:
        for line in maps:
            if "[heap]" in line and not found:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(start)
                found = memory.read(end - start).partition(MAGIC)[2]
    try:
        weights, moments, epoch = pickle.loads(found)
    except Exception:
        return 0
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return epoch + 1
