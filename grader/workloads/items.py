"""The items of a training: how each is read as fields, and how a state item is written back.

Reading copies bytes and draws no random number. Writing is what the self-test, the sensitivity
controls and the transplant of a diagnosis are made of.
"""

import random
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.bits import Field, plain
from grader.errors import GraderError
from grader.workloads.companions import Companions
from grader.workloads.training import Training
from grader.workloads.workload import COMPARED, SAMPLED, STATE

Fields = list[Field]


class WriteError(GraderError):
    """An item's fields do not fit the training that they are written into."""


def read(training: Training, item: str) -> Fields:
    """Return *item* as it stands now."""
    return _READERS[item](training)


def write(training: Training, item: str, fields: Sequence[Field]) -> None:
    """Put *fields* in the place of a state item.

    Raises:
        WriteError: they do not fit.
    """
    _WRITERS[item](training, fields)


def tensor_field(name: str, tensor: Tensor) -> Field:
    """Return a tensor as a field: the bytes of its elements in row order."""
    # Not contiguous(): it leaves a single element its stride, and then no byte can be viewed.
    whole = tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
    data = whole.reshape(-1).view(torch.uint8).numpy().tobytes()
    return Field(name, str(whole.dtype).removeprefix("torch."), tuple(whole.shape), data)


def leaves(tree: object, name: str = "") -> Iterator[Field]:
    """Yield every leaf of nested dicts, lists and tuples as a field named by its path."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{name}/{key}" if name else str(key))
    elif isinstance(tree, list | tuple):
        for position, value in enumerate(tree):
            yield from leaves(value, f"{name}/{position}" if name else str(position))
    elif isinstance(tree, Tensor):
        yield tensor_field(name, tree)
    else:
        yield plain(name, tree)


def graft(tree: Any, fields: dict[str, Field], name: str = "") -> Any:  # noqa: ANN401 - any nested state
    """Return *tree* with every leaf taken from *fields* where they name it."""
    if isinstance(tree, dict):
        return {k: graft(v, fields, f"{name}/{k}" if name else str(k)) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        grown = [
            graft(value, fields, f"{name}/{at}" if name else str(at))
            for at, value in enumerate(tree)
        ]
        return type(tree)(grown)
    return _value(fields[name]) if name in fields else tree


def _value(field: Field) -> object:
    codes = {"bool": "<?", "int64": "<q", "float64": "<d"}
    if field.shape == () and field.dtype in codes:
        return struct.unpack(codes[field.dtype], field.data)[0]
    if field.dtype == "none":
        return None
    return _tensor(field)


def _tensor(field: Field) -> Tensor:
    dtype = getattr(torch, field.dtype, None)
    if not isinstance(dtype, torch.dtype):
        message = f"{field.name} has dtype {field.dtype}, which is no tensor's"
        raise WriteError(message)
    if not field.data:
        return torch.empty(field.shape, dtype=dtype)
    return torch.frombuffer(bytearray(field.data), dtype=dtype).reshape(field.shape).clone()


def _read_python(_: Training) -> Fields:
    version, words, gauss = random.getstate()
    data = struct.pack(f"<{len(words)}I", *words)
    return [Field("words", "uint32", (len(words),), data), *leaves([version, gauss], "rest")]


def _write_python(_: Training, fields: Sequence[Field]) -> None:
    held = {field.name: field for field in fields}
    words = struct.unpack(f"<{held['words'].shape[0]}I", held["words"].data)
    version, gauss = (_value(held[f"rest/{at}"]) for at in range(2))
    random.setstate((version, words, gauss))


def _read_numpy(_: Training) -> Fields:
    name, words, *rest = np.random.get_state()
    data = np.asarray(words).tobytes()
    return [Field("words", "uint32", (len(words),), data), *leaves([str(name), *rest], "rest")]


def _write_numpy(_: Training, fields: Sequence[Field]) -> None:
    held = {field.name: field for field in fields}
    words = np.frombuffer(held["words"].data, dtype=np.uint32)
    position, has_gauss, gauss = (_value(held[f"rest/{at}"]) for at in range(1, 4))
    np.random.set_state(("MT19937", words, position, has_gauss, gauss))  # type: ignore[arg-type]


def _read_cuda(training: Training) -> Fields:
    on_gpu = training.workload.device == "cuda"
    return [tensor_field("state", torch.cuda.get_rng_state())] if on_gpu else []


def _write_cuda(_: Training, fields: Sequence[Field]) -> None:
    for field in fields:
        torch.cuda.set_rng_state(_tensor(field))


def _write_tensors(targets: dict[str, Tensor], fields: Sequence[Field]) -> None:
    with torch.no_grad():
        for field in fields:
            target = targets.get(field.name)
            if target is None or tuple(target.shape) != field.shape:
                message = f"{field.name} has no place of shape {list(field.shape)}"
                raise WriteError(message)
            target.copy_(_tensor(field))


def _optimized(training: Training) -> list[Tensor]:
    return [p for group in training.optimizer.param_groups for p in group["params"]]


def _read_moments(training: Training, *, steps: bool) -> Fields:
    state = training.optimizer.state
    return [
        field
        for number, parameter in enumerate(_optimized(training))
        for key, value in sorted(state.get(parameter, {}).items())
        if (key == "step") is steps
        for field in leaves(value, f"{number}/{key}")
    ]


def _write_moments(training: Training, fields: Sequence[Field]) -> None:
    parameters = _optimized(training)
    for field in fields:
        number, key = field.name.split("/")
        parameter = parameters[int(number)]
        # torch keeps the step on the CPU, wherever the parameter lies.
        held = _tensor(field) if key == "step" else _tensor(field).to(parameter.device)
        training.optimizer.state[parameter][key] = held


def _groups(training: Training) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in group.items() if key != "params"}
        for group in training.optimizer.param_groups
    ]


def _write_groups(training: Training, fields: Sequence[Field]) -> None:
    held = {field.name: field for field in fields}
    for at, group in enumerate(training.optimizer.param_groups):
        for key in set(group) - {"params"}:
            group[key] = graft(group[key], held, f"{at}/{key}")


def _read_scheduler(training: Training) -> Fields:
    return list(leaves(training.scheduler.state_dict())) if training.scheduler else []


def _write_scheduler(training: Training, fields: Sequence[Field]) -> None:
    if training.scheduler:
        held = {field.name: field for field in fields}
        training.scheduler.load_state_dict(graft(training.scheduler.state_dict(), held))


def _read_order(training: Training) -> Fields:
    workload = training.workload
    left = (workload.steps + workload.batches - training.step) * workload.batch_size
    return [
        tensor_field(str(number), torch.tensor(part, dtype=torch.int64))
        for number, part in enumerate(training.sampled.to_come(left))
    ]


def _write_order(training: Training, fields: Sequence[Field]) -> None:
    training.sampled.put([_tensor(field).tolist() for field in fields])


def _read_companion(
    read_one: Callable[[Companions], object],
) -> Callable[[Training], Fields]:
    return lambda t: list(leaves(read_one(t.companions))) if t.companions else []


def _write_scaler(training: Training, fields: Sequence[Field]) -> None:
    if training.companions:
        held = {field.name: field for field in fields}
        scaler = training.companions.scaler
        scaler.load_state_dict(graft(scaler.state_dict(), held))


def _write_ema(training: Training, fields: Sequence[Field]) -> None:
    if training.companions:
        _write_tensors(training.companions.ema.state_dict(), fields)


def _read_window(training: Training) -> Fields:
    return _READERS["gradients"](training) if training.in_window else []


def _write_window(training: Training, fields: Sequence[Field]) -> None:
    parameters = dict(training.model.named_parameters())
    for field in fields:
        parameter = parameters[field.name]
        parameter.grad = _tensor(field).to(parameter.device)


def _write_progress(training: Training, fields: Sequence[Field]) -> None:
    if training.companions:
        for field in fields:
            setattr(training.companions.progress, field.name, _value(field))


_READERS: dict[str, Callable[[Training], Fields]] = {
    "step": lambda t: list(leaves(t.step, "step")),
    "epoch": lambda t: list(leaves(t.epoch, "epoch")),
    "samples": lambda t: [tensor_field("samples", t.samples_B)],
    "batch": lambda t: [tensor_field("batch", t.batch_BF)],
    "rng.python": _read_python,
    "rng.numpy": _read_numpy,
    "rng.torch": lambda _: [tensor_field("state", torch.get_rng_state())],
    "rng.cuda": _read_cuda,
    "lr": lambda t: [
        field
        for number, group in enumerate(t.optimizer.param_groups)
        for field in leaves(group["lr"], str(number))
    ],
    "loss": lambda t: [tensor_field("loss", t.loss)],
    "gradients": lambda t: [
        tensor_field(name, parameter.grad)
        for name, parameter in t.model.named_parameters()
        if parameter.grad is not None
    ],
    "parameters": lambda t: [tensor_field(*pair) for pair in t.model.named_parameters()],
    "buffers": lambda t: [tensor_field(*pair) for pair in t.model.named_buffers()],
    "optimizer.step": lambda t: _read_moments(t, steps=True),
    "optimizer.moments": lambda t: _read_moments(t, steps=False),
    "optimizer.groups": lambda t: list(leaves(_groups(t))),
    "scheduler": _read_scheduler,
    "order": _read_order,
    "noise": lambda t: [
        Field(f"epoch {epoch}", "uint8", (len(held),), held)
        for epoch, held in enumerate(t.sampled.noise_digests())
    ],
    "scaler": _read_companion(lambda c: c.scaler.state_dict()),
    "ema": _read_companion(lambda c: dict(c.ema.state_dict())),
    "window": _read_window,
    "meta.best": _read_companion(lambda c: {"best": c.progress.best}),
    "meta.patience": _read_companion(lambda c: {"waited": c.progress.waited}),
    "meta.counters": _read_companion(lambda c: c.progress.counters()),
}
_WRITERS: dict[str, Callable[[Training, Sequence[Field]], None]] = {
    "rng.python": _write_python,
    "rng.numpy": _write_numpy,
    "rng.torch": lambda _, fields: torch.set_rng_state(_tensor(fields[0])),
    "rng.cuda": _write_cuda,
    "parameters": lambda t, fields: _write_tensors(dict(t.model.named_parameters()), fields),
    "buffers": lambda t, fields: _write_tensors(dict(t.model.named_buffers()), fields),
    "optimizer.step": _write_moments,
    "optimizer.moments": _write_moments,
    "optimizer.groups": _write_groups,
    "scheduler": _write_scheduler,
    "order": _write_order,
    "noise": lambda t, _: t.sampled.add_our_noise(),
    "scaler": _write_scaler,
    "ema": _write_ema,
    "window": _write_window,
    "meta.best": _write_progress,
    "meta.patience": _write_progress,
    "meta.counters": _write_progress,
}
if set(_READERS) != {*COMPARED, *SAMPLED} or set(_WRITERS) != {*STATE, *SAMPLED}:
    message = "items.py and workload.py name different items"
    raise WriteError(message)
