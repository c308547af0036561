"""Each wrong order is told from every other by the ids that are left."""

import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader import course
from grader.bits import Field
from grader.diagnosis import naming, order_rules
from grader.diagnosis.rules import Evidence
from grader.verdict import Finding

EPOCHS = [
    (0, 6, 3, 7, 1, 4, 2, 5),
    (7, 5, 2, 0, 6, 1, 3, 4),
    (1, 0, 4, 5, 7, 2, 3, 6),
    (6, 2, 1, 5, 7, 0, 4, 3),
]
STEPS = 4  # in an epoch, so that a batch has two samples
LEFT = [EPOCHS[1][4:], *EPOCHS[2:]]  # after two steps of epoch 1
RULES = course.find("ex05").rules
ORDERS: dict[str, tuple[str, list[tuple[int, ...]]]] = {
    "alike": ("same_order_every_epoch", [EPOCHS[0][4:], EPOCHS[0], EPOCHS[0]]),
    "again": ("replays_epoch", [*EPOCHS[1:]]),
    "next": ("skips_the_rest", [*EPOCHS[2:]]),
    "one late": ("skip_off_by_one", [LEFT[0][1:], *LEFT[1:]]),
    "one early": ("skip_off_by_one", [EPOCHS[1][3:], *LEFT[1:]]),
    "first": ("missing_generator", [EPOCHS[0][4:], EPOCHS[1], EPOCHS[2]]),
    "another epoch": ("state_after_draw", [EPOCHS[3][4:], EPOCHS[0], EPOCHS[2]]),
    "none of them": ("other_order", [EPOCHS[3][3:], EPOCHS[0], EPOCHS[2]]),
    "made up": ("other_order", [()]),
}


def fields(parts: Sequence[Sequence[int]]) -> list[Field]:
    """Return ids as a process reports them."""
    return [
        Field(str(at), "int64", (len(part),), struct.pack(f"<{len(part)}q", *part))
        for at, part in enumerate(parts)
    ]


def evidence(
    found: Sequence[Sequence[int]], schedule: str = "kill@6:forward", noise: bytes = b"right"
) -> Evidence:
    """Return what is known when a process has *found* left, and *noise* if asked for some."""
    finding = Finding("trajectory", schedule, 1, "", "", item="samples", step=6)
    return Evidence(
        finding,
        ("order",),
        expected={"order": fields(LEFT), "noise": [Field("0", "uint8", (), b"right")]},
        found={"order": fields(found), "noise": [Field("0", "uint8", (), noise)]},
        fresh={"order": fields(EPOCHS)},
        epoch_steps=STEPS,
    )


@pytest.mark.parametrize("case", ORDERS)
def test_each_order_has_its_name(case: str):
    """What differs is where the ids begin, and whose order they have."""
    name, found = ORDERS[case]

    assert (name,) == naming.name(evidence(found), RULES)


def test_what_was_trained_from_a_wrong_order_is_explained_by_it():
    """Other weights need no cause of their own; alone they come from a process that is gone."""
    seen = evidence(ORDERS["first"][1])
    both = replace(seen, proved=("order", "parameters", "optimizer.moments"))
    alone = replace(seen, proved=("parameters", "optimizer.moments"))

    assert ("missing_generator",) == naming.name(both, RULES)
    assert ("noise_in_place",) == naming.name(alone, RULES)

    other = evidence(ORDERS["another epoch"][1])
    wrong_before = replace(other, proved=("order", "parameters"))
    assert ("other_order",) == naming.name(wrong_before, RULES)


def test_ahead_by_batches_is_named_only_where_workers_load():
    """Without them nothing is fetched ahead."""
    ahead = [LEFT[0][3:], *LEFT[1:]]

    assert order_rules.further_on(evidence(ahead, "kill@6:forward+2workers"))
    assert not order_rules.further_on(evidence(ahead))
    assert not order_rules.further_on(evidence(LEFT, "kill@6:forward+2workers"))


def test_ids_that_a_process_made_up_break_no_rule():
    """A learner's process can report any bytes."""
    strange = replace(
        evidence(LEFT),
        found={"order": [Field("0", "int64", (1,), b"\x01"), Field("1", "text", (), b"x")]},
    )

    assert ("other_order",) == naming.name(strange, RULES)


def test_noise_that_is_right_alone_is_told_apart_by_who_loads():
    """Another process, or an image that has had noise before."""
    loaded = evidence(LEFT, "none+2workers")

    assert order_rules.right_without_workers(loaded)
    assert order_rules.right_on_a_new_image(evidence(LEFT))
    assert not order_rules.right_on_a_new_image(loaded)
    assert not order_rules.right_on_a_new_image(evidence(LEFT, noise=b"other"))
