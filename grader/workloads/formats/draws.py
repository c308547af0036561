"""What the cases of exercise 13 are drawn from: names, models with a state, checkpoints, files."""

from collections.abc import Callable
from itertools import cycle
from math import prod
from random import Random

from grader.workloads.formats.answers import (
    NEWEST,
    PARAMETERS_2,
    PARAMETERS_3,
    Given,
    Named,
    Tensor,
)

Draw = Callable[[Random], Given]
State = dict[str, Tensor]
Change = Callable[[Random, State], State]

_SHAPES = {
    "embed.weight": [3, 2],
    "body.0.weight": [2, 2],
    "body.0.bias": [2],
    "norm.running_mean": [2],
    "norm.batches": [],
    "head.weight": [3, 2],
}
_BUFFERS = {"norm.running_mean": "buffer", "norm.batches": "buffer"}
_LIMIT = 64
_EIGHTH = 8


def named(*patterns: str, afterwards: bool = False) -> Draw:
    """Return what draws names: the patterns, with the number of a layer in the place of a #."""

    def draw(chance: Random) -> Given:
        layers = chance.sample(range(10, 99), len(patterns))
        pairs = zip(patterns, cycle(layers), strict=False)
        new = [pattern.replace("#", str(layer)) for pattern, layer in pairs]
        return {"names": new, "afterwards": afterwards}

    return draw


def loading(
    change: Change = lambda _, held: held,
    *,
    wrap: tuple[tuple[str, str], ...] = (),
    kinds: dict[str, str] | None = None,
    scratch: bool = False,
    then: str = "",
) -> Draw:
    """Return what draws a model, and a state that was changed somehow.

    *wrap*: which parts of the model are wrapped, "" for all of it, and in what. *kinds*: names that
    are other than usual. *then*: what is done once the state is loaded.
    """
    usual = {name: _BUFFERS.get(name, "parameter") for name in _SHAPES} | (kinds or {})

    def draw(chance: Random) -> Given:
        ours, theirs = _state(chance), _state(chance)
        for held in (ours, theirs):
            held |= {name: held[of] for name, of in usual.items() if of in _SHAPES}
        model: Named = [[name, usual[name], tensor] for name, tensor in ours.items()]
        model += [["norm.scratch", "scratch", _tensor(chance, [2])]] if scratch else []
        state = [[name, tensor] for name, tensor in change(chance, theirs).items()]
        return {"model": model, "state": state, "wrap": [list(one) for one in wrap], "then": then}

    return draw


def migration(
    version: int,
    *,
    epoch: int | None = None,
    held: tuple[int, ...] = (0, 1, 2, 3),
    afterwards: bool = False,
) -> Draw:
    """Return what draws a checkpoint of a version; only the parameters *held* have moments."""
    parameters = PARAMETERS_2 if version < NEWEST else PARAMETERS_3

    def draw(chance: Random) -> Given:
        shapes = {"weight": [2, 2], "bias": [2]}
        model = [[name, _tensor(chance, shapes[name.split(".")[1]])] for name in parameters]
        moments = [[at, _tensor(chance, model[at][1][1])] for at in held]
        given: Given = {"version": version, "model": model, "moments": moments}
        given |= {"lr": chance.randint(1, _LIMIT) / 1024, "afterwards": afterwards}
        if version == 1:
            epochs = chance.randint(2, 9) if epoch is None else epoch
            return given | {"epoch": epochs, "batches": chance.randint(20, 90)}
        return given | {"step": chance.randint(100, 900)}

    return draw


def written(file: str, how: str, *, plain: bool = False) -> Draw:
    """Return what draws a file's contents: tensors, and plain values where they are asked for."""

    def draw(chance: Random) -> Given:
        values = {"step": chance.randint(100, 900), "betas": [0.9, 0.99], "note": "seed 3"}
        state = [list(pair) for pair in _state(chance).items()]
        return {"file": file, "how": how, "state": state, "plain": values if plain else {}}

    return draw


def prefixed(prefix: str) -> Change:
    """Return what puts a prefix before each name."""
    return lambda _, held: {f"{prefix}{name}": tensor for name, tensor in held.items()}


def without(chance: Random, held: State) -> State:
    """Leave out one tensor."""
    gone = _one(chance, held)
    return {name: tensor for name, tensor in held.items() if name != gone}


def with_more(chance: Random, held: State) -> State:
    """Add a tensor that the model has no place for."""
    return {**held, "body.1.weight": _tensor(chance, [2, 2])}


def exchanged(_: Random, held: State) -> State:
    """Let two tensors of one shape change their places in the order."""
    other = {"embed.weight": "head.weight", "head.weight": "embed.weight"}
    return {other.get(name, name): held[other.get(name, name)] for name in held}


def narrow(chance: Random, held: State) -> State:
    """Give one tensor a shape that could be spread over the model's."""
    name = _one(chance, held)
    return {**held, name: _tensor(chance, [1] * len(held[name][1]))}


def turned(_: Random, held: State) -> State:
    """Turn a matrix."""
    dtype, shape, values = held["head.weight"]
    return {**held, "head.weight": [dtype, shape[::-1], values]}


def half(chance: Random, held: State) -> State:
    """Give one tensor half the width; its values stay the same."""
    name = _one(chance, held)
    return {**held, name: ["float16", *held[name][1:]]}


def half_turned(chance: Random, held: State) -> State:
    """Turn a matrix, and give it half the width."""
    return {**held, "head.weight": ["float16", *turned(chance, held)["head.weight"][1:]]}


def counted(_: Random, held: State) -> State:
    """Let the counter be a float."""
    _, shape, values = held["norm.batches"]
    return {**held, "norm.batches": ["float32", shape, [float(value) for value in values]]}


def all_wrong(chance: Random, held: State) -> State:
    """Let there be something of each kind that does not fit."""
    wrong = turned(chance, counted(chance, with_more(chance, held)))
    return {name: tensor for name, tensor in wrong.items() if name != "body.0.bias"}


def _one(chance: Random, held: State) -> str:
    """Draw a name: neither the first nor the last, and with a dimension at least."""
    return chance.choice([name for name in [*held][1:-1] if held[name][1]])


def _state(chance: Random) -> State:
    return {
        name: _tensor(chance, shape, "int64" if name == "norm.batches" else "float32")
        for name, shape in _SHAPES.items()
    }


def _tensor(chance: Random, shape: list[int], dtype: str = "float32") -> Tensor:
    """Draw values, no two of them alike: so no order goes unseen."""
    drawn = chance.sample(range(1, 2 * _LIMIT), prod(shape))
    whole = dtype == "int64"
    return [dtype, shape, [one if whole else (one - _LIMIT) / _EIGHTH for one in drawn]]
