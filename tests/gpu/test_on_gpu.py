"""Units 4 and 6 on a real GPU: `make test-gpu`, where one is. `make test` does not look here.

Without a GPU these tests fail, and say why; none is skipped.
"""

from pathlib import Path

import pytest

from grader import course, doctor
from grader.course import Exercise
from grader.grade import Graded, Request, grade
from grader.verdict import Failed, Passed

EXERCISES = [exercise for exercise in course.exercises() if "cuda" in exercise.devices]
RIGHT = [
    (exercise, path)
    for exercise in EXERCISES
    for path in [exercise.solution, *sorted(exercise.solution.parent.glob("alternative/*.py"))]
]
CUDA_LEFT_OUT = ("torch.cuda.get_rng_state_all()", "[]")
WRONG = [
    "ex04 missing_torch_rng",
    "ex04 reseeds",
    "ex04 restored_before_iter",
    "ex06 missing_scaler",
]


@pytest.fixture(scope="session", autouse=True)
def _gpu() -> None:
    doctor.need("cuda")


def on_gpu(exercise: Exercise, path: Path, seed: int = 0) -> Graded:
    """Grade a file there."""
    return grade(Request(exercise.on("cuda"), path, seed, mode="sampled"))


@pytest.mark.gpu
@pytest.mark.parametrize(
    ("exercise", "path"), RIGHT, ids=lambda held: getattr(held, "name", "")[:20]
)
def test_right_programs_pass(exercise: Exercise, path: Path) -> None:
    """Killed and resumed on the GPU, they have the bits of the uninterrupted run there."""
    outcome = on_gpu(exercise, path).outcome

    assert Passed() == outcome.verdict, outcome
    assert outcome.kills > len(exercise.checks)


@pytest.mark.gpu
@pytest.mark.parametrize("which", WRONG)
def test_mistakes_have_their_names(which: str) -> None:
    """What is forgotten shows on the GPU as it does on the CPU."""
    unit, name = which.split()
    exercise = course.find(unit)
    verdict = on_gpu(exercise, exercise.solution.parent / "mistakes" / f"{name}.py").outcome.verdict

    assert isinstance(verdict, Failed)
    assert name == verdict.name


@pytest.mark.gpu
def test_the_stream_of_the_device_is_state(tmp_path: Path) -> None:
    """A program that saves the CPU's streams alone passes on the CPU; here the proof says which."""
    exercise = course.find("ex04")
    file = tmp_path / "checkpoint.py"
    file.write_text(exercise.solution.read_text("utf-8").replace(*CUDA_LEFT_OUT), "utf-8")
    verdict = on_gpu(exercise, file).outcome.verdict

    assert isinstance(verdict, Failed)
    assert ("missing_torch_rng", ("rng.cuda",)) == (verdict.name, verdict.proved)
