"""The command as a person types it: exit codes, messages, where files go, what is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import find

SOLUTION = find("ex01").solution


def grader(
    *words: str | Path, cwd: Path, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with what is *typed* into its pipe."""
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words)],
        cwd=cwd,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_list_imports_no_torch(tmp_path: Path) -> None:
    """Listing the exercises is instant because nothing heavy is imported."""
    code = (
        "import sys; sys.argv = ['grader', 'list']\n"
        "from grader import cli\n"
        "try: cli.main()\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "False"
    assert "ex01" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "ex99"), "no exercise is called 'ex99'"),
        (("run", "ex01", "--file", "gone.py"), "gone.py does not exist"),
        (("run", "ex01", "--file", "."), "is a folder"),
        (("run", "ex01", "--solution", "--file", "x.py"), "exclude each other"),
        (("run", "ex01", "--fault", "kill@now"), "is not STEP:MARK"),
        (("run", "ex01", "--fault", "sing"), "kill@12:backward"),
        (("explain", "bad_luck"), "missing_optimizer"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """A command that cannot be carried out says what to type, on stderr, without a traceback."""
    done = grader(*words, cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_fault_that_never_strikes_is_unknown_and_exits_3(tmp_path: Path) -> None:
    """A kill after the end of the training proves nothing, and is said to."""
    done = grader("run", "ex01", "--solution", "--fault", "kill@99:backward", cwd=tmp_path)

    assert done.returncode == 3, done.stdout + done.stderr
    assert "UNKNOWN" in done.stdout
    assert "never struck" in " ".join(done.stdout.split())


def test_json_is_the_whole_verdict_and_nothing_else(tmp_path: Path) -> None:
    """--json prints one object on stdout, and keeps no run."""
    words = ("run", "ex01", "--solution", "--seed", "5", "--fault", "kill@9:step", "--json")
    done = grader(*words, cwd=tmp_path)
    verdict = json.loads(done.stdout)

    assert done.returncode == 0
    assert verdict["schema"] == "exact-resume/verdict/1"
    assert (verdict["verdict"], verdict["seed"], verdict["whole"]) == ("passed", 5, False)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_in_a_folder_with_spaces_and_umlauts(tmp_path: Path) -> None:
    """Paths are paths, whatever is in them; the replay command quotes them."""
    folder = tmp_path / "meine Übung «1»"
    folder.mkdir()
    file = folder / "lösung.py"
    file.write_bytes(SOLUTION.read_bytes())
    done = grader("run", "ex01", "--file", file, "--fault", "kill@9:step", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path != folder] == ["runs"]
    assert [path.name for path in folder.iterdir()] == ["lösung.py"]


def test_start_never_overwrites(tmp_path: Path) -> None:
    """An answer that exists is kept, and said to be."""
    first = grader("start", "ex01", cwd=tmp_path)
    file = tmp_path / "answers" / "ex01_first_checkpoint" / "checkpoint.py"
    file.write_text("# mine\n")
    second = grader("start", "ex01", cwd=tmp_path)

    assert first.stdout.startswith("edit")
    assert second.stdout.startswith("kept")
    assert file.read_text() == "# mine\n"


def test_the_output_in_a_pipe_is_plain(tmp_path: Path) -> None:
    """No escape code reaches a pipe, and progress goes to stderr."""
    done = grader("run", "ex01", "--solution", "--fault", "kill@9:step", cwd=tmp_path)

    assert "\x1b" not in done.stdout + done.stderr
    assert "PASS" in done.stdout
    assert "fork servers" in done.stderr
