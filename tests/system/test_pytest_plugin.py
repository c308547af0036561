"""`pytest` in answers/: a test a check, our report as its failure; elsewhere it does nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import find

EX01 = find("ex01")
TITLES = [check.title for check in EX01.checks]
MISTAKE = EX01.solution.parent / "mistakes" / "missing_optimizer.py"
UNKNOWN = Path(__file__).with_name("hostile") / "kills_itself.py"


def run_pytest(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest as a learner would, with every warning an error."""
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def answered(folder: Path, file: Path | str) -> Path:
    """Put an answer to exercise 1 where `grader start` would; return its path."""
    target = folder / "answers" / EX01.name / EX01.edit[0]
    target.parent.mkdir(parents=True)
    if isinstance(file, Path):
        shutil.copyfile(file, target)
    else:
        target.write_text(file)
    return target


def test_each_check_is_a_test_and_the_report_is_its_failure(tmp_path: Path) -> None:
    """Two checks hold and two do not; each failure tells of its own check, and the run is kept."""
    answered(tmp_path, MISTAKE)
    done = run_pytest("-v", cwd=tmp_path / "answers")
    tests = dict.fromkeys(TITLES, "PASSED") | dict.fromkeys(TITLES[1:3], "FAILED")

    assert done.returncode == 1, done.stdout + done.stderr
    for title, word in tests.items():
        assert f"::{title} {word}" in done.stdout
    # At the start of a line: where CI is set, pytest repeats each message in its summary.
    assert done.stdout.count("\nFAIL  ex01_first_checkpoint  missing_optimizer") == 2
    assert "--fault kill@20:backward" in done.stdout
    assert "--fault kill@4:optimizer,8:backward" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "runs" / EX01.name / "latest" / "verdict.json").is_file()


@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
def test_collecting_neither_imports_nor_grades(tmp_path: Path, *, named: bool) -> None:
    """Even a file that is named, which pytest itself would import."""
    file = answered(tmp_path, "open('imported', 'w').close()\nraise SystemExit(9)\n")
    words = ("--collect-only", "-q", *([str(file)] if named else []))
    done = run_pytest(*words, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.partition("::")[2] for line in done.stdout.splitlines()[:4]] == TITLES
    assert [path.name for path in tmp_path.iterdir()] == ["answers"]


def test_a_passing_answer_passes_and_one_check_can_be_chosen(tmp_path: Path) -> None:
    """-k chooses by the words of a title; -x has nothing to stop for."""
    answered(tmp_path, EX01.solution)
    done = run_pytest("-x", "-k", "refused", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 3 deselected" in done.stdout


def test_what_cannot_be_judged_is_an_error_and_no_failure(tmp_path: Path) -> None:
    """Where nothing can be said nobody has failed, and the session is no success either."""
    answered(tmp_path, UNKNOWN)
    done = run_pytest(cwd=tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "4 errors" in done.stdout
    assert " failed" not in done.stdout
    assert "UNKNOWN  ex01_first_checkpoint" in done.stdout


def test_other_projects_do_not_notice(tmp_path: Path) -> None:
    """Nothing is collected twice, and neither torch nor the course is imported."""
    (tmp_path / "ex01_first_checkpoint").mkdir()
    (tmp_path / "ex01_first_checkpoint" / "checkpoint.py").write_text("raise SystemExit(9)\n")
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_nothing_is_imported():\n"
        "    held = {name for name in sys.modules if name.partition('.')[0] in ('grader', 'torch')}"
        "\n    assert held == {'grader', 'grader.pytest_plugin'}\n"
    )
    done = run_pytest(cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
