"""A recording's snapshot is exactly what a real SIGKILL right before that call leaves."""

import ctypes
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.crash_states.operations import ChildUnreadable
from grader.crash_states.recorder import Killed, Recording, kill_at, record
from grader.crash_states.snapshot import Snapshot, SnapshotRefused, take
from grader.errors import MachineError
from tests.system import savers
from tests.system.launcher import clean_process, forked, import_torch_once

KILLED = -signal.SIGKILL
_NOBODY = 65534
_PR_SET_DUMPABLE = 4


@pytest.fixture(scope="module")
def judge() -> Iterator[ProcessPoolExecutor]:
    """Yield one clean process that imported torch and has a single thread."""
    with clean_process() as executor:
        assert executor.submit(import_torch_once).result() == 1
        yield executor


@dataclass(frozen=True)
class Boundary:
    """One real kill, beside what the recording says about that call."""

    expected: Snapshot
    killed: Killed
    later: Snapshot


def _recorded(program: Callable[[Path], None], directory: Path, seconds: float = 30) -> Recording:
    return record(forked(program, directory), directory, seconds)


def _killed(program: Callable[[Path], None], directory: Path, number: int) -> Killed:
    return kill_at(forked(program, directory), directory, number)


def _every_boundary(
    program: Callable[[Path], None], home: Path
) -> tuple[Recording, list[Boundary]]:
    """Record the saver once, then kill a new run of it at each call, each in a new directory."""
    place = home / "recorded"
    place.mkdir()
    recording = _recorded(program, place)
    boundaries = []
    for number, expected in enumerate(recording.snapshots[:-1]):
        place = home / f"killed-{number}"
        place.mkdir()
        killed = _killed(program, place, number)
        boundaries.append(Boundary(expected, killed, take(place, 1 << 24, 100)))
    return recording, boundaries


@pytest.mark.parametrize("saver", savers.DETERMINISTIC, ids=lambda saver: saver.__name__)
def test_kill_is_real(
    saver: Callable[[Path], None], judge: ProcessPoolExecutor, tmp_path: Path
) -> None:
    """At every call: dead of signal 9, there, nothing written after, the recording's bytes."""
    recording, boundaries = judge.submit(_every_boundary, saver, tmp_path).result()
    assert recording.exit_status == 0
    assert len(boundaries) == len(recording.operations) >= 2 * savers.SAVES
    for operation, boundary in zip(recording.operations, boundaries, strict=True):
        assert boundary.killed.struck == operation
        assert boundary.killed.exit_status == KILLED
        assert boundary.killed.snapshot.same_bytes(boundary.expected), operation.describe()
        assert boundary.later == boundary.killed.snapshot


def test_the_next_snapshot_is_another_one(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Control: the comparison of `test_kill_is_real` can fail, as each write changes the bytes."""
    recording, boundaries = judge.submit(
        _every_boundary, savers.unbuffered_write, tmp_path
    ).result()
    for operation, boundary, after in zip(
        recording.operations, boundaries, recording.snapshots[1:], strict=True
    ):
        assert operation.size in (None, 1000, 24)
        if operation.size is not None:
            assert not boundary.killed.snapshot.same_bytes(after)


def test_a_torn_save_is_seen(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Killed between the two writes of its second save, a saver in place leaves the first part."""
    killed = judge.submit(_killed, savers.unbuffered_write, tmp_path, 5).result()
    assert killed.struck is not None
    assert killed.struck.describe() == "write 24 bytes to state.bin"
    assert killed.snapshot.files["state.bin"].content == b"\x01" * 1000


def test_threads_and_workers_are_seen(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """What a second thread and a forked process write is recorded in the order it happened."""
    recording = judge.submit(_recorded, savers.in_a_thread, tmp_path).result()
    save = ["create or empty thread.bin", "write 100 bytes to thread.bin"]
    assert [each.describe() for each in recording.operations] == save * savers.SAVES
    recording = judge.submit(_recorded, savers.in_a_worker, tmp_path).result()
    paths = [each.path for each in recording.operations]
    assert paths == ["worker.bin", "worker.bin", "parent.bin", "parent.bin"] * savers.SAVES


@pytest.mark.parametrize("saver", [savers.in_a_thread, savers.in_a_worker])
def test_threads_and_workers_die(
    saver: Callable[[Path], None], judge: ProcessPoolExecutor, tmp_path: Path
) -> None:
    """A kill at another thread's or process's call takes the whole program, before that call."""
    killed = judge.submit(_killed, saver, tmp_path, 1).result()
    assert killed.exit_status == KILLED
    assert killed.snapshot.total_bytes == 0
    assert len(killed.snapshot.files) == 1


def test_every_kind_of_call_is_named(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Names relative to the current and to open directories, descriptors and sizes are decoded."""
    recording = judge.submit(_recorded, savers.every_kind_of_call, tmp_path).result()
    assert recording.exit_status == 0
    assert [operation.describe() for operation in recording.operations] == [
        "create or open a",
        "write 6 bytes to a",
        "write 1 bytes into a",
        "set the size of a to 4 bytes",
        "reserve 10 bytes in a",
        "flush the data of a to disk",
        "set the times of a",
        "rename a to b",
        "make the directory sub",
        "create or open sub/c",
        "copy up to 4 bytes to sub/c",
        "copy up to 3 bytes to sub/c",
        "rename sub/c to d",
        "set the size of d to 0 bytes",
        "map b into memory for writing",
        "flush the mapped part of b to disk",
        "delete d",
        "delete the directory sub",
        "flush everything to disk",
    ]
    assert recording.snapshots[-1].names == ("b",)


def _through(directory: Path) -> None:
    for name, flag in (("sync", os.O_SYNC), ("data", os.O_DSYNC), ("later", 0)):
        opened = os.open(directory / name, os.O_WRONLY | os.O_CREAT | flag)
        os.write(opened, b"x")
        os.close(opened)


def test_writes_that_flush_are_told_apart(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """By how their file was opened."""
    made = judge.submit(_recorded, _through, tmp_path).result().operations

    assert ["sync", "data"] == [one.path for one in made if one.writes_through]
    assert made[1].describe() == "write 1 bytes to sync, through to the disk"


def _elsewhere(directory: Path) -> None:
    (directory / "kept").write_bytes(b"1")
    (directory.parent / "elsewhere").write_bytes(b"2")
    (directory / "kept").read_bytes()
    (directory / "nothing").exists()
    (directory.parent / "elsewhere").rename(directory / "moved")


def test_only_the_watched_directory_counts(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Changes elsewhere and reading are no operations; a move into the directory is one."""
    place = tmp_path / "watched"
    place.mkdir()
    recording = judge.submit(_recorded, _elsewhere, place).result()
    assert [each.name for each in recording.operations] == ["openat", "write", "rename"]
    assert recording.operations[-1].path == str(tmp_path / "elsewhere")
    assert recording.operations[-1].second_path == "moved"


def test_paths_through_links_are_recognised(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """A program that reaches the directory by another name is seen all the same."""
    place = tmp_path / "watched"
    place.mkdir()
    (tmp_path / "alias").symlink_to(place)
    recording = judge.submit(_recorded_by_another_name, place, tmp_path / "alias").result()
    assert len(recording.operations) == 3 * savers.SAVES


def _recorded_by_another_name(directory: Path, alias: Path) -> Recording:
    return record(forked(savers.unbuffered_write, alias), directory)


def test_a_strike_that_never_comes(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """A program that ends before the declared call is reported as not struck."""
    killed = judge.submit(_killed, savers.unbuffered_write, tmp_path, 99).result()
    assert (killed.struck, killed.exit_status) == (None, 0)


def _raises(directory: Path) -> None:
    (directory / "half").write_bytes(b"x")
    os._exit(3)


def test_the_exit_status_is_the_programs(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """A program that ends by itself keeps its exit status."""
    recording = judge.submit(_recorded, _raises, tmp_path).result()
    assert recording.exit_status == 3


def _links(directory: Path) -> None:
    (directory / "latest").symlink_to("nowhere")
    (directory / "more").write_bytes(b"x")


def _sleeps(directory: Path) -> None:
    time.sleep(60)
    (directory / "late").write_bytes(b"x")


def _outlives(directory: Path) -> None:
    """Leave a worker of the same group behind, which would write a little later."""
    if os.fork() == 0:
        time.sleep(0.3)
        (directory / "late").write_bytes(b"x")
        os._exit(0)


def test_a_forbidden_file_ends_the_recording(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """The next look at a directory with a symbolic link refuses it by name."""
    with pytest.raises(SnapshotRefused, match="latest: a symbolic link is not allowed"):
        judge.submit(_recorded, _links, tmp_path).result()


def test_an_endless_program_is_ended(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """The time limit holds, and the program is dead afterwards."""
    with pytest.raises(MachineError, match=r"did not end within 0\.2 seconds"):
        judge.submit(_recorded, _sleeps, tmp_path, 0.2).result()


def _set_dumpable(directory: Path, value: int) -> None:
    if os.geteuid() != 0:
        os.setresgid(*[os.getegid()] * 3)
        os.setresuid(*[os.geteuid()] * 3)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(value), 0, 0, 0)
    (directory / "file").write_bytes(b"x")


def _recorded_without_privilege(value: int) -> Recording | str:
    """Record as a judge who may look into its own children only, as a learner's is."""
    root = os.geteuid() == 0
    if root:
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
    try:
        with tempfile.TemporaryDirectory() as name:
            return record(forked(_set_dumpable, Path(name), value), Path(name))
    except ChildUnreadable as error:
        return str(error)
    finally:
        if root:
            os.seteuid(0)
            os.setegid(0)


def test_a_child_that_hides_is_named(judge: ProcessPoolExecutor) -> None:
    """A program that closes its memory to the judge is not mistaken for one that does nothing."""
    open_ = judge.submit(_recorded_without_privilege, 1).result()
    assert isinstance(open_, Recording)
    assert [each.path for each in open_.operations] == ["file", "file"]
    hidden = judge.submit(_recorded_without_privilege, 0).result()
    assert hidden == "the grader may not look into the program that called openat"


def test_nothing_outlives_a_recording(judge: ProcessPoolExecutor, tmp_path: Path) -> None:
    """A worker that is left behind is dead before the final snapshot."""
    recording = judge.submit(_recorded, _outlives, tmp_path).result()
    assert recording.exit_status == 0
    time.sleep(0.5)
    assert recording.snapshots[-1].names == ()
    assert not (tmp_path / "late").exists()
