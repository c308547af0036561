"""Does every program in ``hostile/`` get exactly the verdict that its first line expects?

Wrong ones, broken ones, malicious ones, and honest ones that only look odd. None may leave a
process or a file, and none may put a control character on somebody's terminal.
"""

import os
import unicodedata
from dataclasses import astuple
from pathlib import Path

import pytest

from grader.process.servers import ForkServers
from grader.verdict import Failed, Outcome
from tests.system import corpus, leftovers
from tests.system.conftest import Judge
from tests.system.outside import ATTACKS

_PROGRAMS = sorted(corpus.FOLDER.glob("*.py"))
_PAGE = Path(__file__).parents[2] / "lessons" / "attacks.md"
_CLASSES = {"forging", "reading", "escaping", "exhausting", "persisting", "confusing"}
_ATTACKS_MIN, _HONEST_MIN = 45, 15


def _programs() -> list[object]:
    """Return a parameter for each program; a known hole must stay one until it is closed."""
    found: list[object] = []
    for path in _PROGRAMS:
        reason = corpus.hole(path)
        marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
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
    expected = corpus.expected(program)
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
        words = first.removeprefix(corpus.EXPECT).split()
        assert words[0] in {"passed", "failed", "unknown"}, path.name
        assert (len(words) == 2) is (words[0] == "failed"), path.name
        sentence = rest[1] if rest[0].startswith(corpus.HOLE) else rest[0]
        assert sentence.startswith('"""'), path.name
        assert sentence.endswith('."""'), path.name


def test_the_corpus_has_every_class() -> None:
    """Attacks of six classes, none of which passes, and honest programs beside them."""
    inside = [name for names in corpus.KINDS.values() for name in names]
    outside = {attack.kind for attack in ATTACKS.values()}
    assert _CLASSES == set(corpus.KINDS) == {*outside, *corpus.KINDS}
    assert len(inside) == len(set(inside))
    assert set(inside) <= {path.stem for path in _PROGRAMS}
    assert len(inside) + len(ATTACKS) >= _ATTACKS_MIN
    passing = {path.stem for path in _PROGRAMS if corpus.expected(path) == "passed"}
    assert not passing & set(inside)
    assert len(passing) >= _HONEST_MIN


def test_the_page_has_them() -> None:
    """lessons/attacks.md ends with the corpus as a table; UPDATE=1 writes it anew."""
    if os.environ.get("UPDATE"):
        before = _PAGE.read_text(encoding="utf-8").partition(corpus.HEADING)[0]
        _PAGE.write_text(f"{before}{corpus.HEADING}\n{corpus.table()}", encoding="utf-8")
    held = _PAGE.read_text(encoding="utf-8").partition(corpus.HEADING)[2]
    assert f"\n{corpus.table()}" == held


@pytest.fixture(autouse=True)
def _nothing_in_tmp() -> object:
    """Take away what the known holes leave in /tmp."""
    yield
    for path in Path("/tmp").glob("exact-resume-hostile*"):  # noqa: S108 - where the hole is
        path.unlink()
