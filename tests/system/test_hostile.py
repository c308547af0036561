"""Does every program in ``hostile/`` get exactly the verdict that its first line expects?

Wrong ones, broken ones, malicious ones, and honest ones that only look odd. None may leave a
process or a file, and none may put a control character on somebody's terminal.
"""

import unicodedata
from dataclasses import astuple
from pathlib import Path

import pytest

from grader.process.servers import ForkServers
from grader.verdict import Failed, Outcome
from tests.system import leftovers
from tests.system.conftest import Judge

_PROGRAMS = sorted(Path(__file__).with_name("hostile").glob("*.py"))
_EXPECT, _HOLE = "# expect: ", "# hole: "


def _programs() -> list[object]:
    """Return a parameter for each program; a known hole must stay one until it is closed."""
    found: list[object] = []
    for path in _PROGRAMS:
        second = path.read_text(encoding="utf-8").splitlines()[1]
        reason = second.removeprefix(_HOLE)
        marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason != second else []
        found.append(pytest.param(path, id=path.stem, marks=marks))
    return found


def _verdict(outcome: Outcome) -> str:
    """Return the verdict as the programs write it."""
    verdict = outcome.verdict
    return f"failed {verdict.name}" if isinstance(verdict, Failed) else verdict.word


def _texts(outcome: Outcome) -> list[str]:
    """Return all text that a report could show."""
    found = [outcome.reason]
    for check in outcome.checks:
        if isinstance(check.verdict, Failed):
            found += [str(part) for part in astuple(check.verdict.finding)]
    return found


@pytest.mark.parametrize("program", _programs())
def test_verdict(program: Path, judge: Judge, servers: ForkServers, tmp_path: Path) -> None:
    """The verdict and the diagnosis are the expected ones, and nothing is left."""
    expected = program.read_text(encoding="utf-8").splitlines()[0].removeprefix(_EXPECT)
    mine = tmp_path / "checkpoint.py"
    mine.write_bytes(program.read_bytes())
    before = leftovers.files()

    graded = judge(mine)

    outcome = graded.outcome
    texts = _texts(outcome)
    assert expected == _verdict(outcome), "\n".join(texts)
    ours = [server.pid for server in servers.pair]
    assert [] == leftovers.wait_for_the_end(leftovers.processes(but=ours))
    assert before == leftovers.files() | before
    assert [mine] == list(tmp_path.iterdir())
    assert program.read_bytes() == mine.read_bytes()
    phases = graded.counterexample.phases if graded.counterexample else []
    for text in [*texts, *(phase.output for phase in phases)]:
        assert not [c for c in text if c not in "\n\t" and unicodedata.category(c)[0] == "C"]


def test_every_program_expects_something() -> None:
    """Each starts with what it expects, and says in one sentence what it does."""
    for path in _PROGRAMS:
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        words = first.removeprefix(_EXPECT).split()
        assert words[0] in {"passed", "failed", "unknown"}, path.name
        assert (len(words) == 2) is (words[0] == "failed"), path.name
        sentence = rest[1] if rest[0].startswith(_HOLE) else rest[0]
        assert sentence.startswith('"""'), path.name
        assert sentence.endswith('."""'), path.name


@pytest.fixture(autouse=True)
def _nothing_in_tmp() -> object:
    """Take away what the known holes leave in /tmp."""
    yield
    for path in Path("/tmp").glob("exact-resume-hostile*"):  # noqa: S108 - where the hole is
        path.unlink()
