# expect: failed forged_reports
"""Every report is logged beside the checkpoint; the resumed process sends the log, then its last line again and again."""

import sys

from grader import bits
from grader.process.probe import Probe
from grader.workloads import items
from grader.workloads.workload import COMPARED


def the_loop():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "_Loop":
        frame = frame.f_back
    return frame.f_locals["self"]


def step(probe, index, loss, digests):
    if probe.log is None:
        own = [bits.digest(items.read(the_loop().training, item)) for item in COMPARED]
        with open("checkpoint/log", "ab") as file:
            file.write(b"".join(own))
    elif digests:
        size = 16 * len(COMPARED)
        at = min(index * size, len(probe.log) - size)
        digests = [probe.log[at + 16 * n : at + 16 * n + 16] for n in range(len(COMPARED))]
    _step(probe, index, loss, digests)


_step, Probe.step, Probe.log = Probe.step, step, None


def save(path, model, optimizer, epoch, config):
    path.write_text(str(epoch + 1))


def load(path, model, optimizer, config):
    if not path.exists():
        return 0
    Probe.log = (path.parent / "log").read_bytes()
    return int(path.read_text())
