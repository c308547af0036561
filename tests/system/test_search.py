"""`grader run --search`: a fault that only two kills show, found, made simple, and tried again."""

import json
from pathlib import Path

from tests.system.test_cli import SOLUTION, grader

PLANTED = Path(__file__).with_name("programs") / "two_kills.py"
RUNS = Path("runs") / "ex01_first_checkpoint"
SIMPLEST = "kill@0:start,15:save"


def test_a_fault_of_two_kills_is_found_and_replayed_first(tmp_path: Path) -> None:
    """No listed fault shows it, or nothing would be drawn; the next search has it at once."""
    words = ("run", "ex01", "--file", PLANTED)
    found = grader(*words, "--search", "--seed", "1", cwd=tmp_path)
    again = grader(*words, "--search", "--trials", "1", "--seed", "2", cwd=tmp_path)

    assert found.returncode == 1, found.stdout + found.stderr
    assert "FAIL  ex01_first_checkpoint  missing_optimizer" in found.stdout
    assert f"--seed 1 --fault {SIMPLEST}" in found.stdout
    assert "drawing schedules" in found.stderr
    assert "two or three kills in a row" in " ".join(found.stdout.split())
    assert [SIMPLEST] == json.loads((tmp_path / RUNS / "found.json").read_text())
    assert again.returncode == 1, again.stdout + again.stderr
    assert f"--seed 2 --fault {SIMPLEST}" in again.stdout
    assert "drawing schedules" not in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_an_exact_answer_passes_a_search(tmp_path: Path) -> None:
    """The report says how many schedules were tried beyond the listed ones, and keeps none."""
    words = ("run", "ex01", "--file", SOLUTION, "--search", "--trials", "10")
    done = grader(*words, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "each of two or three kills in a row, were tried, and none failed" in " ".join(
        done.stdout.split()
    )
    assert not (tmp_path / RUNS / "found.json").exists()


def test_a_search_for_one_fault_is_wrong_usage(tmp_path: Path) -> None:
    """Nobody can look for what they name."""
    done = grader("run", "ex01", "--search", "--fault", "kill@9:step", cwd=tmp_path)

    assert done.returncode == 2
    assert "exclude each other" in done.stderr
