"""Is what a real ext4 leaves when power fails allowed by the model? Needs root, a loop device.

The file system lies in a file of its own. Before every call of a save that file is copied, with
the program standing still: a copy is what a loss of power at that moment leaves on the disk. Each
is mounted, which replays the journal, and what lies in it must be one of the model's states.
"""

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.crash_states import effects
from grader.crash_states.persistence import Disk
from grader.crash_states.recorder import Recording, record
from grader.crash_states.snapshot import Snapshot, take
from tests.system.launcher import forked

OLD, NEW = (bytes([letter]) * 20_000 for letter in b"on")
MIB = 1 << 20
WRITEBACK = ("dirty_expire_centisecs", "dirty_writeback_centisecs")
REPEATS = 6


def in_place(directory: Path) -> None:
    """Overwrite the only file."""
    (directory / "held").write_bytes(NEW)


def replace(directory: Path) -> None:
    """Write another file, and rename it."""
    (directory / "new").write_bytes(NEW)
    os.replace(directory / "new", directory / "held")


def flushed_replace(directory: Path) -> None:
    """The same, with the bytes flushed."""
    with (directory / "new").open("wb") as file:
        file.write(NEW)
        file.flush()
        os.fsync(file.fileno())
    os.replace(directory / "new", directory / "held")


def durable_replace(directory: Path) -> None:
    """The same, with the name flushed, too."""
    flushed_replace(directory)
    opened = os.open(directory, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def delete_then_rename(directory: Path) -> None:
    """Write another file, delete the old one, and rename."""
    (directory / "new").write_bytes(NEW)
    (directory / "held").unlink()
    (directory / "new").rename(directory / "held")


def another_file(directory: Path) -> None:
    """Write in pieces to a file of a new name."""
    with (directory / "second").open("wb", buffering=0) as file:
        for _ in range(4):
            file.write(NEW[:5000])


SAVERS = (in_place, replace, flushed_replace, durable_replace, delete_then_rename, another_file)


def run(*command: str) -> None:
    """Run a command of the system."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    """Mount an image, without the option that would hide what the model allows."""
    at.mkdir(exist_ok=True)
    run("mount", "-o", "loop,noauto_da_alloc,commit=1", str(image), str(at))
    try:
        yield at
    finally:
        run("umount", str(at))


@pytest.fixture
def hasty_disk() -> Iterator[None]:
    """Have the kernel write back what is dirty within a hundredth of a second, in its own order."""
    places = [Path("/proc/sys/vm") / name for name in WRITEBACK]
    before = [place.read_text() for place in places]
    for place in places:
        place.write_text("1")
    yield
    for place, text in zip(places, before, strict=True):
        place.write_text(text)


def crashed(
    saver: Callable[[Path], None], folder: Path, chance: random.Random
) -> tuple[Recording, list[bytes]]:
    """Return a recording of the saver on a real ext4, and the disk before each of its calls."""
    image = folder / "disk.img"
    image.write_bytes(bytes(8 * MIB))
    run("mkfs.ext4", "-q", "-F", str(image))
    copies: list[bytes] = []
    with mounted(image, folder / "disk") as top:
        directory = top / "checkpoint"
        directory.mkdir()
        (directory / "held").write_bytes(OLD)
        os.sync()

        def before_call() -> None:
            time.sleep(chance.choice([0.0, 0.0, 0.03, 0.3]))
            copies.append(image.read_bytes())

        recording = record(forked(saver, directory), directory, before_call=before_call)
        before_call()
    return recording, copies


def allowed(recording: Recording, calls: int) -> list[dict[str, bytes]]:
    """Return every state that the model allows after so many calls, as paths and bytes."""
    start = recording.snapshots[0]
    disk = Disk("ext4", effects.names(start), effects.contents(start))
    for number in range(calls):
        before, after = recording.snapshots[number : number + 2]
        disk.apply(effects.effect(recording.operations[number], before, after))
    return [{path: lost.held[file] for path, file in lost.names.items()} for lost in disk.states()]


def after_replay(copy: bytes, folder: Path) -> Snapshot:
    """Return what lies on a copied disk once its journal was replayed."""
    image = folder / "copy.img"
    image.write_bytes(copy)
    with mounted(image, folder / "copy") as top:
        return take(top / "checkpoint", MIB, 99)


@pytest.mark.usefixtures("hasty_disk")
@pytest.mark.parametrize("saver", SAVERS, ids=lambda saver: saver.__name__)
def test_what_a_real_ext4_leaves_is_allowed(saver: Callable[[Path], None], tmp_path: Path) -> None:
    """At every call, in every repeat: one of the model's states."""
    chance = random.Random(saver.__name__)  # noqa: S311 - moments, no secrets
    seen = set()
    for repeat in range(REPEATS):
        folder = tmp_path / str(repeat)
        folder.mkdir()
        recording, copies = crashed(saver, folder, chance)
        assert len(copies) == len(recording.operations) + 1
        for calls, copy in enumerate(copies):
            found = after_replay(copy, folder)
            held = {path: file.content for path, file in found.files.items()}
            assert held in allowed(recording, calls), (calls, {k: len(v) for k, v in held.items()})
            seen.add((calls, tuple(sorted((path, len(data)) for path, data in held.items()))))
    assert len(seen) > 1
