"""Graded with --device: each process a new interpreter. The CPU stands in for the GPU here.

What needs the GPU itself is in tests/gpu.
"""

import json
from pathlib import Path

import pytest

from grader import course
from grader.faults.lane import Lane
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM
from tests.system.test_cli import grader

MISTAKE = course.find("ex04").solution.parent / "mistakes" / "missing_torch_rng.py"


@pytest.mark.slow
def test_a_cold_server_knows_no_torch_and_its_child_has_the_same_bits(
    servers: ForkServers, tmp_path: Path
) -> None:
    """Nothing of torch is mapped where it forks; each step is as in a warm server's child."""
    exercise = course.find("ex06").on("cpu")
    challenges = challenge_vector(1, exercise.workload.steps, CHALLENGE_BYTES)
    subject = Subject(exercise.workload, None, "", challenges, exercise.limits)
    with ForkServers(PROGRAM, device="cpu") as cold:
        lanes = Lane(servers.pair, tmp_path / "warm"), Lane(cold.pair, tmp_path / "cold")
        for lane in lanes:
            lane.clear()
        warm, first = (run_once(subject, lane) for lane in lanes)
        second = run_once(subject, lanes[1], 1)
        mapped = [Path(f"/proc/{server.pid}/maps").read_text() for server in cold.pair]

    assert exercise.workload.steps == len(warm.steps)
    assert warm.steps == first.steps == second.steps
    assert [False, False] == ["libtorch" in maps for maps in mapped]


@pytest.mark.slow
def test_a_mistake_is_named_there_and_its_replay_goes_there(tmp_path: Path) -> None:
    """One fault fails with the mistake's own name and proof; the page's command has the device."""
    words = ("run", "ex04", "--file", MISTAKE, "--seed", "3", "--device", "cpu", "--json")
    done = grader(*words, "--fault", "kill@5:step", cwd=tmp_path)
    verdict = json.loads(done.stdout)

    assert 1 == done.returncode
    assert ["missing_torch_rng"] == [one["name"] for one in verdict["diagnoses"]]
    assert ["rng.torch"] == verdict["proved"]
    assert ("sampled", "cpu") == (verdict["mode"], verdict["device"])
    assert verdict["replay"].endswith("--seed 3 --fault kill@5:step --device cpu")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("ex01", "--device", "cpu"),
            "not with ex01; exercises that can be trained on it: ex04, ex06",
        ),
        (("ex04", "--device", "tpu"), "not with ex04; exercises that can be trained on it: none"),
        (("ex04", "--device", "cpu", "--sandbox", "landlock"), "exclude each other"),
    ],
)
def test_what_cannot_be_graded_there_is_told(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """Exit code 2, and what can be."""
    done = grader("run", *words, "--solution", cwd=tmp_path)

    assert 2 == done.returncode
    assert said in " ".join(done.stderr.split())
