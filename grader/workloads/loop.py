"""The program of a phase: the training loop, and the moments at which it waits for the judge.

`run` is what a fork server's child calls. Who saves and loads is given from outside: nobody (the
baseline), the built-in keeper that saves everything (the self-test), or the learner's functions.
"""

import importlib
import io
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from grader import bits
from grader.process import beginnings
from grader.process.child import describe
from grader.process.probe import Probe
from grader.workloads import asked, items, own_loop, without_compiler
from grader.workloads.calling import InCallError, calls_of, guarded, has_functions
from grader.workloads.training import Training, read_digits
from grader.workloads.workload import CHECKPOINT, COMPARED, Workload

_DATA: dict[str, Any] = {}
_WITH_WORKERS = (
    *("multiprocessing.queues", "multiprocessing.popen_fork", "multiprocessing.resource_sharer"),
    *("multiprocessing.synchronize", "multiprocessing.connection"),
)
_DISTRIBUTED = "torch.distributed.checkpoint"


def warm_up() -> None:
    """Do once, before any fork, what torch does lazily: a child would pay it again every time."""
    without_compiler.put_off()
    torch.set_num_threads(1)
    _DATA["digits"] = read_digits()
    workload = Workload(epochs=1, batches=2, save_every=2, warmup=1, dropout=0.1, augment=True)
    training = Training(workload, _DATA["digits"])
    for _ in range(2):
        training.clear_gradients()
        training.forward(bytes(72))
        training.backward()
        training.update()
        _step_schedule(training)
        training.finish_step()
    for module in _WITH_WORKERS:
        importlib.import_module(module)
    saved = io.BytesIO()
    torch.save([training.model.state_dict(), training.optimizer.state_dict()], saved)
    saved.seek(0)
    torch.load(saved, weights_only=True)
    bits.pack({item: items.read(training, item) for item in COMPARED})


def warm_up_for(learner: str) -> bool:
    """Import what the learner's file at this path will; say whether anything was.

    Few save with it, and it takes a second. Imported in a child, its 700 modules would be thousands
    of watched calls.
    """
    if _DISTRIBUTED in sys.modules:
        return False
    try:
        text = Path(learner).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # the child will say so, in words
    if _DISTRIBUTED not in text:
        return False
    importlib.import_module(_DISTRIBUTED)
    importlib.import_module("fsspec")  # which its first save imports
    return True


def run(
    arguments: dict[str, Any],
    probe: Probe,
    learner: types.ModuleType | None,
    exchange: int | None,
) -> int:
    """Train from wherever loading leaves off to the end; return the exit code.

    *arguments*: ``workload`` (settings), ``calls`` (file that calls the learner's functions; empty
    for nobody, "everything" for the built-in keeper), ``seek`` (start there without loading),
    ``write`` (items to put in place after loading, from *exchange*), ``dump`` (position at which
    to copy all state items to *exchange*), ``digests`` (False: steps are reported without them).
    With ``cases`` nothing is trained: see `grader.workloads.asked`.
    """
    if arguments.get("cases"):
        return asked.run(arguments, probe, learner, exchange)
    Path(CHECKPOINT).parent.mkdir(exist_ok=True)
    if not has_functions(arguments.get("functions", []), learner, probe):
        return 1
    training = Training(Workload(**arguments["workload"]), _DATA.get("digits"))
    if training.workload.background:
        beginnings.announce()
    calls = calls_of(arguments["calls"])
    loop = _Loop(training, calls, probe, learner)
    written = _read_exchange(exchange) if arguments.get("write") else {}

    def stand() -> None:
        if arguments.get("seek") is not None:
            training.seek(arguments["seek"])
        if written:
            training.open_epoch()  # items are copied with the iterator made; see _dump
        for item in arguments.get("write", ()):
            items.write(training, item, written[item])

    loop.dump_at, loop.exchange = arguments.get("dump"), exchange
    loop.compared = COMPARED if arguments.get("digests", True) else ()
    if training.workload.parts:
        return loop.train_theirs(stand)
    if not guarded(probe, "load", loop.load):
        return 1
    stand()
    return 0 if guarded(probe, "training", loop.train) else 1


class _Loop:
    """One training with its probe and whoever keeps its checkpoints."""

    def __init__(
        self,
        training: Training,
        calls: types.ModuleType | None,
        probe: Probe,
        learner: types.ModuleType | None,
    ) -> None:
        self.training, self.calls, self.probe, self.learner = training, calls, probe, learner
        self.path = Path(CHECKPOINT)
        self.dump_at: int | None = None
        self.exchange: int | None = None
        self.compared: tuple[str, ...] = COMPARED

    def load(self) -> None:
        """Call the learner's load."""
        if not self.calls:
            return
        training = self.training
        built = training.scheduler
        self.probe.enter("load")
        training.loader.observer = self._observe
        stepped: list[None] = []
        hook = register_optimizer_step_post_hook(lambda *_: stepped.append(None))
        self.calls.resume(self.learner, training, self.path)
        hook.remove()
        training.loader.observer = None
        if stepped:
            self.probe.note(f"{len(stepped)} optimizer steps while loading")
        self.probe.enter("training")
        if training.scheduler is not built:
            self.probe.note("scheduler replaced")

    def _observe(self) -> None:
        """Note the random streams at the moment when an iterator over the data is made."""
        for item in ("rng.python", "rng.numpy", "rng.torch"):
            held = bits.digest(items.read(self.training, item))
            self.probe.note(f"iterator {item} {held.hex()}")

    def train(self) -> None:
        """Train to the end, waiting at every moment."""
        training, probe = self.training, self.probe
        probe.loaded(training.step)
        while training.step < training.workload.steps:
            index = training.step
            self._step(index)
            if training.workload.saves_after(index):
                self._save()
                probe.mark(index, "save")
        self._end()

    def train_theirs(self, stand: Callable[[], None]) -> int:
        """Let the learner's own loop train, or one in its place; return the exit code.

        *stand* is called when the checkpoint is loaded.
        """
        codes: list[int] = []
        learner, calls = self.learner, self.calls
        keeper = None if learner else calls
        files = own_loop.Files(keeper, kept=calls is not None)
        run = own_loop.Run(self.training, self.probe, self.path, self._step, stand, files)

        def train() -> None:
            if learner and calls:
                self.probe.enter("train")
                codes.append(own_loop.exit_code(lambda: calls.train(learner, run), run, self._end))
            else:
                codes.append(own_loop.exit_code(lambda: own_loop.drive(run), run, self._end))

        return codes[0] if guarded(self.probe, "train", train) else 1

    def _step(self, index: int) -> None:
        """Train one batch, and report it."""
        training, probe = self.training, self.probe
        self._dump()
        training.clear_gradients()
        loss = training.forward(probe.challenge(index))
        probe.mark(index, "forward")
        training.backward()
        probe.mark(index, "backward")
        training.update()
        probe.mark(index, "optimizer")
        if training.scheduler:
            _step_schedule(training)
            probe.mark(index, "scheduler")
        training.finish_step()
        digests = [bits.digest(items.read(training, item)) for item in self.compared]
        probe.step(index, float(loss.detach()), digests)

    def _end(self) -> None:
        self._dump()
        if self.training.workload.background and self.learner and self.calls:
            self._saving(lambda calls: calls.close(self.learner))
        self.probe.end(self.training.step)

    def _save(self) -> None:
        if self.calls:
            self._saving(lambda calls: calls.save(self.learner, self.training, self.path))

    def _saving(self, action: Callable[[Any], None]) -> None:
        """Do something of the learner's that saves; what it raises is reported as a save's."""
        self.probe.enter("save")
        try:
            action(self.calls)
        except SystemExit:
            raise
        except BaseException as problem:
            call = "save"
            raise InCallError(call, describe(problem)) from problem
        self.probe.enter("training")

    def _dump(self) -> None:
        """Copy the state at the position asked for, with the epoch's iterator already made.

        A learner's load may have made it; the baseline would only now, and making it draws.
        """
        if self.exchange is not None and self.training.step == self.dump_at:
            self.training.open_epoch()
            state = self.training.workload.state
            packed = bits.pack({item: items.read(self.training, item) for item in state})
            os.ftruncate(self.exchange, 0)
            os.pwrite(self.exchange, packed, 0)


def _step_schedule(training: Training) -> None:
    if training.scheduler:
        training.scheduler.step()


def _read_exchange(exchange: int | None) -> dict[str, list[bits.Field]]:
    if exchange is None:
        return {}
    return bits.unpack(os.pread(exchange, os.fstat(exchange).st_size, 0))
