"""Tests of grader.report.machine."""

import json

import jsonschema
import pytest

from grader.report import machine
from tests.unit.report import outcomes
from tests.unit.report.outcomes import EXERCISE, REPLAY

GRADINGS = {
    "failed": outcomes.missing_optimizer(),
    "trouble": outcomes.trouble("timeout", "save", "no end after 10 s"),
    "passed": outcomes.passed(),
    "unknown": outcomes.unknown(),
    "one unknown": outcomes.one_unknown(),
}


@pytest.mark.parametrize("graded", GRADINGS.values(), ids=GRADINGS)
def test_every_report_is_valid_and_survives_json(graded):
    made = machine.to_json(graded, EXERCISE, REPLAY)

    jsonschema.Draft202012Validator.check_schema(machine.schema())
    jsonschema.validate(made, machine.schema(), jsonschema.Draft202012Validator)
    assert json.loads(json.dumps(made)) == made


def test_the_schema_names_every_key_and_no_other():
    made = machine.to_json(outcomes.passed(), EXERCISE, REPLAY)

    assert list(made) == list(machine.schema()["properties"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**made, "more": 1}, machine.schema())


def test_every_key_is_described():
    def bare(part, path="verdict"):
        for name, held in part.get("properties", {}).items():
            yield from bare(held, f"{path}.{name}")
            if "description" not in held and "enum" not in held:
                yield f"{path}.{name}"

    assert list(bare(machine.schema())) == []


def test_a_failure_says_what_was_found_and_proved():
    made = machine.to_json(outcomes.missing_optimizer(), EXERCISE, REPLAY)

    assert (made["verdict"], made["exit_code"]) == ("failed", 1)
    assert made["diagnoses"][0]["name"] == "missing_optimizer"
    assert made["proved"] == ["optimizer.step", "optimizer.moments"]
    assert made["finding"]["item"] == "parameters"
    assert made["checks"][1]["schedule"] == "kill@20:backward"
    assert made["points"] == {"earned": 5, "undecided": 0, "total": 10}
    assert made["replay"] == REPLAY


def test_an_unknown_check_has_no_points_either_way():
    made = machine.to_json(outcomes.one_unknown(), EXERCISE, REPLAY)

    assert made["exit_code"] == 3
    assert made["checks"][3]["earned"] is None
    assert made["points"] == {"earned": 8, "undecided": 2, "total": 10}


def test_a_report_is_whole_only_when_every_fault_was_tried():
    assert machine.to_json(outcomes.passed(), EXERCISE, REPLAY)["whole"] is True
    assert machine.to_json(outcomes.unknown(), EXERCISE, REPLAY)["whole"] is False
