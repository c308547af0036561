"""Does a sandbox stop every attack on what lies outside? And does each work without one?

``lessons/attacks.md`` is the table of what happened. The gate runs every attack without a sandbox
and in the strongest; ``make matrix`` (TIERS=all) runs them in every one that works here.
"""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.course import Exercise
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.process import tiers
from grader.process.sandbox import NONE, SANDBOXES, Sandbox
from grader.process.servers import ForkServers
from grader.verdict import Failed, Passed
from grader.workloads.workload import PROGRAM
from tests.system import corpus
from tests.system.conftest import SEED
from tests.system.outside import ATTACKS, HONEST, Attack

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "lessons" / "attacks.md"
WORKING = [sandbox for sandbox in SANDBOXES if not tiers.why_not(sandbox)]
CHOSEN = WORKING if os.environ.get("TIERS") == "all" else [WORKING[0], NONE]
LEFT = "exact-resume-hostile"
SECONDS = 30.0
"""What a phase may take: no attack here is about time, and eighty forks wait for a processor."""
STOPPED, WORKED = "stopped", "**works**"
HOLES = [Path(name) for name in ("/tmp", "/var/tmp", "/dev/shm", os.path.dirname(os.__file__))]  # noqa: S108
"""Where an attack without a sandbox leaves its file."""

SEEN: dict[tuple[str, str], str] = {}
"""What came of an attack in a sandbox, by both names."""


@dataclass
class Ground:
    """A sandbox's servers, and what an attack may aim at."""

    sandbox: Sandbox
    exercise: Exercise
    folder: Path
    servers: ForkServers
    facts: dict[str, object]

    def passes(self, text: str) -> bool:
        """Grade a program by one kill and its resume; say whether it passes."""
        file = self.folder / "checkpoint.py"
        file.write_text(text)
        fault = Schedule.parse("kill@20:backward")
        outcome = grade(Request(self.exercise, file, SEED, fault), self.servers).outcome
        assert isinstance(outcome.verdict, Passed | Failed), outcome.verdict
        return isinstance(outcome.verdict, Passed)

    def works(self, attack: Attack) -> bool:
        """Say whether an attack does what it wants."""
        text = attack.text.replace("{{", "\x00").replace("}}", "\x01")
        for name, fact in self.facts.items():
            text = text.replace(f"{{{name}}}", str(fact)).replace(f"{{{name}!r}}", repr(fact))
        return self.passes(text.replace("\x00", "{").replace("\x01", "}") + HONEST)


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda sandbox: sandbox.name)
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, exercise: Exercise
) -> Iterator[Ground]:
    """Return the ground for one sandbox, with listeners and a secret file on the machine."""
    exercise = replace(exercise, limits=replace(exercise.limits, seconds=SECONDS))
    folder = tmp_path_factory.mktemp("submission")
    folder.chmod(0o755)
    secret = tmp_path_factory.mktemp("classmate") / "checkpoint.py"
    secret.write_text("secret")
    servers = ForkServers(PROGRAM, 2, request.param, [folder, exercise.calls])
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        servers,
    ):
        port = listening.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        named.bind(f"\0exact-resume-{port}")
        named.listen()
        facts = {
            "secret": str(secret), "judge": os.getpid(), "port": port, "number": port,
        }  # fmt: skip
        yield Ground(request.param, exercise, folder, servers, facts)
        for place in (folder, *HOLES):
            (place / LEFT).unlink(missing_ok=True)


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(ground: Ground, name: str) -> None:
    """It is stopped in a sandbox, works without one, and the table says so."""
    works = ground.works(ATTACKS[name])
    SEEN[name, ground.sandbox.name] = WORKED if works else STOPPED
    if ground.sandbox == NONE:
        assert works
    elif ground.sandbox == WORKING[0]:
        assert not works


def test_the_honest_part_passes(ground: Ground) -> None:
    """Without its first lines the program of every attack is right: so it was stopped by a wall."""
    text = (
        "def before(path): ...\ndef keep(path, data):\n    path.write_bytes(data)\n"
        "def fetch(path):\n    return path.read_bytes() if path.exists() else None\n"
    )
    assert ground.passes(text + HONEST)


def test_the_table_is_what_happened() -> None:
    """Every attack has its row, with what was seen here; UPDATE=1 TIERS=all writes it anew."""
    mine, heading, others = TABLE.read_text(encoding="utf-8").partition(corpus.HEADING)
    if os.environ.get("UPDATE"):
        mine = _table()
        TABLE.write_text(mine + heading + others, encoding="utf-8")
    rows = [line.split("|") for line in mine.splitlines() if line.startswith("| `")]
    told = {row[1].strip(" `"): [cell.strip() for cell in row[4:8]] for row in rows}
    assert set(ATTACKS) == set(told)
    for (name, sandbox), came in SEEN.items():
        column = [one.name for one in SANDBOXES].index(sandbox)
        assert came == told[name][column], (name, sandbox)


def _table() -> str:
    columns = " | ".join(f"`{sandbox.name}`" for sandbox in SANDBOXES)
    lines = [
        "# Attacks on what lies outside",
        "",
        "Each of these programs is right but for a few lines, which keep state elsewhere than in",
        "the checkpoint folder, or need something of the machine. A test ran them in every",
        "sandbox. Those that attack the grader itself stand below.",
        "What a sandbox does not do: [For instructors](instructors.md#limits).",
        "",
        f"| attack | what it does | class | {columns} |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, attack in ATTACKS.items():
        came = " | ".join(SEEN[name, sandbox.name] for sandbox in SANDBOXES)
        lines.append(f"| `{name}` | {attack.does} | {attack.kind} | {came} |")
    return "\n".join(lines) + "\n"
