"""What a recorded call did to names and bytes: the form in which the persistence model reads it.

A file is its identity (inode), whatever its name: a rename moves a name, and not a byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import Snapshot

DIRECTORY = -1
"""In the place of a file's identity: the name is a directory's."""

_FLUSH_ONE = frozenset({"fsync", "fdatasync", "msync"})
"""As does each write to a file that was opened with O_SYNC or O_DSYNC."""

_FLUSH_ALL = frozenset({"sync", "syncfs"})


@dataclass(frozen=True, slots=True)
class Effect:
    """One call, as a disk sees it.

    Attributes:
        names: paths that it made (path: identity) or took away (path: None).
        moved: the directory that it renamed, with all that is in it: its old path and its new one.
        written: what each file that it changed holds afterwards, by identity.
        flushed: the file that it flushed, after a write of its own, None for no file.
        directory: the directory that it flushed, None for none; "." is the top.
        everything: it flushed all there is.
        failed: it was made to fail; a failed flush has lost what it was to flush.
    """

    names: Mapping[str, int | None] = field(default_factory=dict)
    written: Mapping[int, bytes] = field(default_factory=dict)
    flushed: int | None = None
    directory: str | None = None
    everything: bool = False
    failed: bool = False
    moved: tuple[str, str] | None = None


def effect(
    operation: Operation, before: Snapshot, after: Snapshot, *, failed: bool = False
) -> Effect:
    """Return what one call did, from what lay there right before it and right before the next."""
    old, new = names(before), names(after)
    changed = {
        path: new.get(path) for path in sorted({*old, *new}) if old.get(path) != new.get(path)
    }
    held, holds = contents(before), contents(after)
    written = {file: data for file, data in holds.items() if held.get(file) != data}
    flushed = directory = None
    if operation.name in _FLUSH_ONE or operation.writes_through:
        if operation.path in before.files:
            flushed = before.files[operation.path].inode
        elif operation.path == "." or operation.path in before.directories:
            directory = operation.path
    everything = operation.name in _FLUSH_ALL
    moved = _moved(operation, before, after)
    if moved:  # what is in it has other paths, and no other names
        changed = {moved[0]: None, moved[1]: DIRECTORY}
    return Effect(changed, written, flushed, directory, everything, failed, moved)


def _moved(operation: Operation, before: Snapshot, after: Snapshot) -> tuple[str, str] | None:
    old, new = operation.path, operation.second_path
    if new is None or not operation.name.startswith("rename"):
        return None
    if old not in before.directories or new not in after.directories:
        return None
    return (old, new) if old not in after.directories else None


def names(snapshot: Snapshot) -> dict[str, int]:
    """Return every path with the identity of what it names."""
    files = {path: file.inode for path, file in snapshot.files.items()}
    return files | dict.fromkeys(snapshot.directories, DIRECTORY)


def contents(snapshot: Snapshot) -> dict[int, bytes]:
    """Return the bytes of every file, by identity."""
    return {file.inode: file.content for file in snapshot.files.values()}
