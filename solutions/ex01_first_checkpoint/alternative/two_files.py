"""Two files: tensors in one, the counter and the settings as JSON in the other.

The JSON goes last, so that it stands only beside tensors that are complete.
"""

import json
from pathlib import Path

import torch
from torch import nn


def save(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    config: dict[str, int | float | str],
) -> None:
    """Write the tensors, then say which epoch comes next."""
    torch.save([model.state_dict(), optimizer.state_dict()], path.with_name("tensors.pt"))
    facts = {"next_epoch": epoch + 1, "config": config}
    path.with_name("facts.json").write_text(json.dumps(facts))


def load(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: dict[str, int | float | str],
) -> int:
    """Read the facts first, and the tensors only when they are of this training."""
    facts_file = path.with_name("facts.json")
    if not facts_file.is_file():
        return 0
    facts = json.loads(facts_file.read_text())
    for name in facts["config"].keys() | config.keys():
        if facts["config"].get(name) != config.get(name):
            message = f"{name} was {facts['config'].get(name)}, now it is {config.get(name)}"
            raise RuntimeError(message)
    weights, moments = torch.load(path.with_name("tensors.pt"), weights_only=True)
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    next_epoch: int = facts["next_epoch"]
    return next_epoch
