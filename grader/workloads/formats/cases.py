"""The cases of exercise 13: names, states to load, old formats, and files that nobody trusts."""

from random import Random

from grader.history import Case
from grader.workloads.formats.answers import NEWEST, Given, answer, shown
from grader.workloads.formats.draws import (
    Draw,
    all_wrong,
    counted,
    exchanged,
    half,
    half_turned,
    loading,
    migration,
    named,
    narrow,
    prefixed,
    turned,
    with_more,
    without,
    written,
)

_Kind = dict[str, tuple[str, str, Draw]]
"""For each case: what is special about it, why its answer is right, and what draws it."""

_COMPILED, _WRAPPED = "_orig_mod.", "module."

_ASKED = {
    "keys": "canonical_keys() was asked",
    "load": "load_strict() was asked",
    "migrate": "migrate() was asked",
    "read": "read() was asked",
}
_REFUSALS = {"keys": "a ValueError", "migrate": "a ValueError"}
"""What a function raises where no answer is due; read() may raise anything."""


def cases(seed: int) -> dict[str, Case]:
    """Return every question, by name; the names are the same for every seed."""
    kinds: dict[str, _Kind] = {
        "keys": _KEYS, "load": _LOADS, "migrate": _MIGRATIONS, "read": _READS,
    }  # fmt: skip
    made = {}
    for word, kind in kinds.items():
        for name, (said, why, draw) in kind.items():
            full = f"{word}.{name}"
            given = {"ask": word, **draw(Random(f"formats {seed} {full}"))}  # noqa: S311 - no key
            due, lines = answer(given), _lines(given)
            refusal = _REFUSALS.get(word, "") if due.get("refused") else ""
            made[full] = Case(full, said, given, _ASKED[word], due, why, lines, refusal)
    return made


def names(word: str) -> list[str]:
    """Return the names of all cases that begin with this word."""
    return [name for name in cases(0) if name.startswith(f"{word}.")]


def _lines(given: Given) -> tuple[str, ...]:
    """Return what is asked, line by line."""
    if given["ask"] == "keys":
        return tuple(given["names"])
    held = [f"state {name}: {shown(tensor)}" for name, tensor in given.get("state", ())]
    if given["ask"] == "load":
        wraps = [f"the model is wrapped: {where or 'all'} in {by}" for where, by in given["wrap"]]
        model = [f"model {name}: {shown(one)} ({kind})" for name, kind, one in given["model"]]
        return (*wraps, *model, *held)
    if given["ask"] == "migrate":
        facts = ("version", "epoch", "batches", "step", "lr")
        model = [f"model {name}: {shown(tensor)}" for name, tensor in given["model"]]
        moments = [f"optimizer {at}: {shown(tensor)}" for at, tensor in given["moments"]]
        return (*(f"{key} {given[key]}" for key in facts if key in given), *model, *moments)
    return (f"a file {given['file']}, {given['how']}", *held)


_KEYS: _Kind = {
    "bare": (
        "for names without a wrapper",
        "there is nothing to take out",
        named("embed.weight", "scale", "layers.#.weight", "layers.#.bias"),
    ),
    "compiled": (
        "for names of a compiled model",
        "`_orig_mod` is what torch.compile put in",
        named("_orig_mod.embed.weight", "_orig_mod.layers.#.weight", "_orig_mod.scale"),
    ),
    "wrapped": (
        "for names of a model inside DistributedDataParallel",
        "`module` is what the wrapper put in",
        named("module.embed.weight", "module.layers.#.weight", "module.scale"),
    ),
    "similar": (
        "for parts that only look like a wrapper's",
        "a part counts as a whole: `submodule` and `_orig_mod_2` are other names",
        named(
            "submodule.#.weight", "modules.#.bias", "_orig_mod_2.weight", "my_orig_mod.bias",
            "gate.module", "Module.weight",
        ),
    ),
    "inside": (
        "for a model of which one layer was compiled",
        "wrappers stand wherever something was wrapped",
        named("embed.weight", "layers.#._orig_mod.weight", "head.module.bias"),
    ),
    "several": (
        "for names with both wrappers, one of them twice",
        "each of them goes, in any order",
        named("module._orig_mod.embed.weight", "_orig_mod.module.module.layers.#.bias"),
    ),
    "clash": (
        "for two names that become one",
        "one of the two would be lost, and nobody would know which",
        named("embed.weight", "_orig_mod.scale", "module.scale"),
    ),
    "afterwards": (
        "and the dict that it was given was looked at afterwards",
        "the caller still has that dict",
        named("_orig_mod.embed.weight", "_orig_mod.layers.#.weight", afterwards=True),
    ),
}  # fmt: skip
_LOADS: _Kind = {
    "fits": ("for a state that fits", "everything fits", loading()),
    "missing": ("for a state without one of the tensors", "one is missing", loading(without)),
    "unexpected": (
        "for a state with a tensor too many",
        "the model has no place for one",
        loading(with_more),
    ),
    "other_order": (
        "for a state in another order",
        "a name says what is what, and no place does",
        loading(exchanged),
    ),
    "compiled_before": (
        "for a state of a compiled model",
        "the names are the same without the wrapper",
        loading(prefixed(_COMPILED)),
    ),
    "compiled_now": (
        "for a model that is compiled now, and was not before",
        "the model's own names have the wrapper, and the state's do not",
        loading(wrap=(("", "_orig_mod"),)),
    ),
    "missing_in_compiled": (
        "for a compiled model, and a state without one of the tensors",
        "what is missing is told by its canonical name",
        loading(without, wrap=(("", "_orig_mod"),)),
    ),
    "other_wrappers": (
        "for other wrappers than before",
        "both sides have wrappers, and not the same",
        loading(prefixed(_WRAPPED), wrap=(("body", "_orig_mod"), ("", "module"))),
    ),
    "foreign": (
        "for a state whose names begin with `net.`",
        "`net` is no wrapper, so no name fits",
        loading(prefixed("net.")),
    ),
    "shape": (
        "for a tensor that could be spread over a larger one",
        "one number is no matrix, though copy_() would make it one",
        loading(narrow),
    ),
    "turned": ("for a matrix that is turned", "as many numbers in another shape", loading(turned)),
    "dtype": ("for a tensor of half the width", "another dtype has other bits", loading(half)),
    "counted": (
        "for a counter that became a float",
        "another dtype, though the number is the same",
        loading(counted),
    ),
    "shape_and_dtype": (
        "for a tensor of another shape and another dtype",
        "it is of another shape, and it is of another dtype",
        loading(half_turned),
    ),
    "all_wrong": (
        "for a state with everything that can be wrong",
        "each kind is told",
        loading(all_wrong),
    ),
    "scratch": (
        "for a model with a buffer that is in no state",
        "persistent=False says that it is not saved",
        loading(scratch=True),
    ),
    "optimizer": (
        "for a model whose optimizer exists already, and takes a step then",
        "the optimizer has the model's parameters, and moves them",
        loading(then="step"),
    ),
    "tied": (
        "for a model with two names for one tensor, which is changed then",
        "both names still name one tensor",
        loading(kinds={"head.weight": "embed.weight"}, then="first"),
    ),
    "afterwards": (
        "and the state was looked at after the model had changed",
        "a state that was loaded is not the model's memory",
        loading(then="state"),
    ),
}
_MIGRATIONS: _Kind = {
    "from_3": ("for version 3", "there is nothing to do", migration(3)),
    "from_2": (
        "for version 2",
        "optimizer and model are in the order of version 3",
        migration(2),
    ),
    "no_moments": (
        "for version 2, before the optimizer's first step",
        "there is nothing to put in order",
        migration(2, held=()),
    ),
    "frozen": (
        "for version 2, with a parameter that is never trained",
        "what has no moments has none afterwards",
        migration(2, held=(0, 1, 3)),
    ),
    "from_1": ("for version 1", "one version after the other", migration(1)),
    "start": ("for version 1, in its first epoch", "0 is a position", migration(1, epoch=0)),
    "newer": ("for version 4", "nobody here knows what it means", migration(NEWEST + 1)),
    "much_newer": ("for version 7", "nobody here knows what it means", migration(NEWEST + 4)),
    "afterwards": (
        "for version 1, and what it was given was looked at afterwards",
        "the caller still has that checkpoint",
        migration(1, afterwards=True),
    ),
}
_READS: _Kind = {
    "tensors": ("for a file by torch.save", "tensors are data", written("state.pt", "torch")),
    "whole": (
        "for a file with plain values in it, too",
        "numbers, texts and lists are data",
        written("state.pt", "torch", plain=True),
    ),
    "safetensors": (
        "for a file by safetensors",
        "tensors are data",
        written("state.safetensors", "safetensors"),
    ),
    "word_inside": (
        "for a file by torch.save that is called state.safetensors.pt",
        "a name ends in .safetensors, or is another name",
        written("state.safetensors.pt", "torch"),
    ),
    "elsewhere": (
        "for a file by torch.save whose tensors were on a GPU",
        "a device is a place, and the CPU is one that every machine has",
        written("state.pt", "torch on a GPU"),
    ),
    "attack": (
        "for a file by torch.save that runs code when it is unpickled",
        "a checkpoint is data, and must run nothing",
        written("state.pt", "attack"),
    ),
    "pickle": (
        "for a bare pickle that runs code",
        "a checkpoint is data, and must run nothing",
        written("state.pt", "attack in a bare pickle"),
    ),
    "disguised": (
        "for a pickle that runs code and is called state.safetensors",
        "a name proves nothing",
        written("state.safetensors", "attack in a bare pickle"),
    ),
    "torn": (
        "for a file of which the second half is gone",
        "a file that cannot be read is no empty checkpoint",
        written("state.pt", "torn"),
    ),
}
