"""What accompanies the weights of a long training, and is as much a part of its state.

A loss scaler, an average of the weights, the best value so far with its patience, and counters.
Shapes: B batch, C classes, N images that the training never sees.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

_DECAY = 0.9
_PATIENCE = 3
_PARTS = 16
"""Each evaluation looks at another part of the held-out images, so that it often is no better than
the best: where each is better, a best value that was forgotten comes back by itself."""
_FIRST_SCALE = 2.0**24
"""Far too large: half precision ends at 65504, so the first updates are skipped. The scale does not
climb back in so few steps; if it did, a scaler that was forgotten would hide."""
_GROWS_AFTER = 2


@dataclass(slots=True)
class Progress:
    """Plain values that the training itself keeps.

    Attributes:
        best: the lowest loss of the averaged weights so far, on images held out.
        waited: evaluations since it was found.
        images, updates, evaluations: how many there were; `counted` says which are saved.
    """

    counted: tuple[str, ...]
    best: float = math.inf
    waited: int = 0
    images: int = 0
    updates: int = 0
    evaluations: int = 0

    def counters(self) -> dict[str, int]:
        """Return the counters that are saved."""
        return {name: int(getattr(self, name)) for name in self.counted}


class Companions:
    """Scaler, average and progress of one training.

    Attributes:
        scaler: multiplies the loss, so that small gradients survive half precision.
        ema: an exponential moving average of the weights; its buffers follow the model's.
        progress: best value, patience and counters.
    """

    def __init__(
        self,
        model: nn.Module,
        unseen: tuple[Tensor, Tensor],
        counters: str,
    ) -> None:
        """Begin with the average on the first weights, and no best value.

        Everything lies where *unseen* does.
        """
        self.scaler = torch.amp.GradScaler(
            unseen[0].device.type, init_scale=_FIRST_SCALE, growth_interval=_GROWS_AFTER
        )
        average = get_ema_multi_avg_fn(_DECAY)  # type: ignore[no-untyped-call]
        self.ema = AveragedModel(model, multi_avg_fn=average)
        self.progress = Progress(tuple(counters.split("+")))
        self._images_NF, self._labels_N = unseen

    def halve(self, logits_BC: Tensor) -> Tensor:
        """Return the logits as half precision has them; their gradients pass through it, too."""
        return logits_BC.half().float()

    def backward(self, loss: Tensor) -> None:
        """Add the scaled gradients of *loss*."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def update(self, model: nn.Module, optimizer: torch.optim.Optimizer, window: int) -> None:
        """Move the optimizer unless a gradient overflowed, then average and evaluate.

        *window* counts the accumulation windows from 0.
        """
        before = self.scaler.get_scale()
        self.scaler.step(optimizer)
        self.scaler.update()
        self.progress.updates += self.scaler.get_scale() >= before
        self.ema.update_parameters(model)
        self._evaluate(optimizer, window)

    def _evaluate(self, optimizer: torch.optim.Optimizer, window: int) -> None:
        """Keep the best value; halve the learning rate when it has not come for a while."""
        progress = self.progress
        part = slice(window % _PARTS, None, _PARTS)
        self.ema.eval()
        with torch.no_grad():
            logits_NC = self.ema(self._images_NF[part])
            value = float(nn.functional.cross_entropy(logits_NC, self._labels_N[part]))
        progress.evaluations += 1
        progress.waited = 0 if value < progress.best else progress.waited + 1
        progress.best = min(value, progress.best)
        if progress.waited == _PATIENCE:
            progress.waited = 0
            for group in optimizer.param_groups:
                group["lr"] *= 0.5
