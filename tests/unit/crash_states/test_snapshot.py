"""A snapshot holds exactly what lies in a directory, and nothing that must not lie there."""

import dataclasses
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.crash_states.snapshot import (
    DEPTH_MAX,
    File,
    Snapshot,
    SnapshotRefused,
    materialise,
    take,
)
from grader.errors import GraderError, MachineError

LIMITS = (1 << 20, 100)
NAMES = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=8)
TIMES = st.integers(0, 2**61)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw directories in directories and files in them, with any bytes, names and times."""
    directories: list[str] = []
    files: dict[str, File] = {}
    for name in draw(
        st.lists(NAMES.filter(lambda n: n not in (".", "..")), max_size=8, unique=True)
    ):
        parent = draw(st.sampled_from(["", *(each + "/" for each in directories)]))
        if draw(st.booleans()):
            directories.append(parent + name)
        else:
            files[parent + name] = File(draw(st.binary(max_size=64)), draw(TIMES))
    return Snapshot(files, {each: draw(TIMES) for each in directories})


@contextmanager
def put_down(snapshot: Snapshot) -> Iterator[Path]:
    """Yield a new directory that holds the snapshot."""
    with tempfile.TemporaryDirectory() as directory:
        materialise(snapshot, Path(directory))
        yield Path(directory)


def _changed(snapshot: Snapshot, **changes: File) -> Snapshot:
    return dataclasses.replace(snapshot, files={**snapshot.files, **changes})


@given(snapshots())
def test_round_trip(snapshot: Snapshot) -> None:
    """What is put down and taken again is the same: names, bytes, directories and times."""
    with put_down(snapshot) as directory:
        again = take(directory, *LIMITS)
    assert again == snapshot
    assert again.key == snapshot.key
    assert again.same_bytes(snapshot)


@given(snapshots(), st.data())
def test_every_changed_byte_changes_the_key(snapshot: Snapshot, data: st.DataObject) -> None:
    """One flipped bit anywhere is seen by the key and by `same_bytes`."""
    name = data.draw(st.sampled_from(snapshot.names or ("",)))
    assume(name and snapshot.files[name].content)
    file = snapshot.files[name]
    place = data.draw(st.integers(0, 8 * len(file.content) - 1))
    content = bytearray(file.content)
    content[place // 8] ^= 1 << place % 8
    flipped = _changed(snapshot, **{name: File(bytes(content), file.mtime_ns)})
    assert flipped.key != snapshot.key
    assert not flipped.same_bytes(snapshot)


@given(snapshots(), st.data())
def test_a_changed_name_changes_the_key(snapshot: Snapshot, data: st.DataObject) -> None:
    """A file under another name is another state."""
    old = data.draw(st.sampled_from(snapshot.names or ("",)))
    new = data.draw(NAMES)
    assume(old and new not in snapshot.files)
    files = {new if name == old else name: file for name, file in snapshot.files.items()}
    renamed = dataclasses.replace(snapshot, files=files)
    assert renamed.key != snapshot.key
    assert not renamed.same_bytes(snapshot)


@given(snapshots(), NAMES)
def test_a_new_directory_changes_the_key(snapshot: Snapshot, name: str) -> None:
    """An empty directory counts."""
    assume(name not in snapshot.directories and name not in snapshot.files)
    more = dataclasses.replace(snapshot, directories={**snapshot.directories, name: 0})
    assert more.key != snapshot.key
    assert not more.same_bytes(snapshot)


@given(st.permutations(range(4)), st.permutations(range(4)), st.integers(0, 10**18))
def test_the_order_of_times_counts_but_not_the_times(
    first: list[int], second: list[int], later: int
) -> None:
    """Equal keys exactly if the files were changed in the same order, whenever that was."""

    def of(order: list[int], start: int) -> Snapshot:
        return Snapshot({f"f{n}": File(b"", start + 7 * time) for n, time in enumerate(order)}, {})

    assert (of(first, 0).key == of(second, later).key) == (first == second)
    assert of(first, 0).same_bytes(of(second, later))


def test_names_and_total_bytes() -> None:
    """Names are sorted, and bytes are counted over all files."""
    snapshot = Snapshot({"b": File(b"12", 0), "a/c": File(b"345", 0)}, {"a": 0})
    assert snapshot.names == ("a/c", "b")
    assert snapshot.total_bytes == len("12345")


def _symlink(at: Path) -> None:
    at.symlink_to("/etc/passwd")


def _symlink_to_directory(at: Path) -> None:
    at.symlink_to("/")


def _pipe(at: Path) -> None:
    os.mkfifo(at)


def _socket(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(at))


def _hard_link(at: Path) -> None:
    outside = at.parent.with_name("outside")
    outside.write_bytes(b"x")
    at.hardlink_to(outside)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (_symlink, "a symbolic link is not allowed"),
        (_symlink_to_directory, "a symbolic link is not allowed"),
        (_pipe, "a pipe is not allowed"),
        (_socket, "a socket is not allowed"),
        (_hard_link, "a hard link"),
    ],
)
@pytest.mark.parametrize("inside", ["", "below/deeper"])
def test_only_plain_files(
    make: Callable[[Path], None], rule: str, inside: str, tmp_path: Path
) -> None:
    """Links and special files are refused by name, wherever they are, and never opened."""
    root = tmp_path / "root"
    (root / inside).mkdir(parents=True)
    (root / "good").write_bytes(b"x")
    make(root / inside / "odd")
    with pytest.raises(SnapshotRefused, match=rule) as refused:
        take(root, *LIMITS)
    assert refused.value.name == os.path.normpath(f"{inside}/odd").lstrip("/")
    assert str(refused.value).startswith(refused.value.name + ": ")
    assert isinstance(refused.value, GraderError)


def test_limits_are_exact(tmp_path: Path) -> None:
    """The limits themselves are allowed, one more is not; sparse files count by their length."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"12345")
    assert take(tmp_path, 10, 3).total_bytes == 10
    with pytest.raises(SnapshotRefused, match="at most 9 bytes"):
        take(tmp_path, 9, 3)
    with pytest.raises(SnapshotRefused, match="at most 2 files"):
        take(tmp_path, 10, 2)
    os.truncate(tmp_path / "b", 1 << 40)
    with pytest.raises(SnapshotRefused, match="b: at most 1048576 bytes"):
        take(tmp_path, *LIMITS)


def test_files_count_over_all_directories(tmp_path: Path) -> None:
    """Many small directories do not get around the number of files."""
    for number in range(4):
        (tmp_path / f"d{number}").mkdir()
        (tmp_path / f"d{number}" / "file").touch()
    assert len(take(tmp_path, 0, 8).names) == 4
    with pytest.raises(SnapshotRefused, match="at most 7 files"):
        take(tmp_path, 0, 7)


def test_depth_is_limited(tmp_path: Path) -> None:
    """Endless nesting is refused before it exhausts the judge."""
    tmp_path.joinpath(*["d"] * (DEPTH_MAX + 1)).mkdir(parents=True)
    with pytest.raises(SnapshotRefused, match="32 deep"):
        take(tmp_path, *LIMITS)


def test_the_root_may_be_an_open_directory(tmp_path: Path) -> None:
    """A directory that only a descriptor leads to any more can be taken and filled."""
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        root = Path(f"/proc/self/fd/{fd}")
        materialise(Snapshot({"a": File(b"x", 5)}, {}), root)
        assert take(root, *LIMITS) == take(tmp_path, *LIMITS)
    finally:
        os.close(fd)


def test_materialise_needs_an_empty_directory(tmp_path: Path) -> None:
    """Nothing old may mix with a snapshot."""
    (tmp_path / "old").touch()
    with pytest.raises(MachineError, match="must be empty"):
        materialise(Snapshot({}, {}), tmp_path)


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    """No directory is not the same as an empty one."""
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "missing", *LIMITS)
