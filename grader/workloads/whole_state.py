"""The whole state of a training as one dict, for exercises that are about files.

It holds tensors, numbers, texts, lists and dicts only, so that ``torch.load`` reads it with
``weights_only=True``. Where data are drawn from streams, a training is put back at an epoch's edge.
"""

from typing import Any

import torch

from grader.workloads.training import Training, WrongReturnError


def of(training: Training) -> dict[str, Any]:
    """Return what a new process needs to go on."""
    return {
        "step": training.step,
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "rng": torch.get_rng_state(),
    }


def put_back(training: Training, state: object) -> None:
    """Let a training that has just been built go on from *state*; from the start for None.

    Raises:
        WrongReturnError: it is neither None nor a state that `of` returned.
    """
    if state is None:
        training.start_step(0)
        return
    wanted = {"step", "model", "optimizer", "rng"}
    if not isinstance(state, dict) or wanted - set(state):
        message = f"load() returned {_kind(state)}; it must return the saved dict, or None"
        raise WrongReturnError(message)
    training.model.load_state_dict(state["model"])
    training.optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["rng"])
    training.start_step(state["step"])


def _kind(state: object) -> str:
    if isinstance(state, dict):
        return f"a dict with {', '.join(sorted(map(str, state))) or 'nothing in it'}"
    return f"a {type(state).__name__}"
