"""Which order of file calls points to which diagnosis: for failures that a crash in a save showed.

Each rule looks at the calls that were really made before the crash, and at what was really lost.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.diagnosis.rules import Evidence, FindingRule
from grader.diagnosis.save_seen import FLUSHES, WRITES, Done, SaveSeen

_SHOWN = ("raises", "progress", "trajectory", "files", "grows", "hidden")
"""Findings that a wrong order of calls can have; a process that took too long has other causes."""

_REMOVES = ("unlink", "rmdir")
_PAIR = 2


def nothing_left(diagnosis: str) -> FindingRule:
    """Nothing lay there after a save that had returned; in a later one nothing was lost."""

    def rule(evidence: Evidence) -> bool:
        save = evidence.save
        had = save is not None and any(file.content for file in save.start.files.values())
        return evidence.finding.kind == "files" and not had

    return FindingRule(diagnosis, rule)


def seen(diagnosis: str, holds: Callable[[SaveSeen], bool], *kinds: str) -> FindingRule:
    """A crash in a save was seen, and *holds* of it; *kinds* of finding narrow it down."""

    def rule(evidence: Evidence) -> bool:
        save = evidence.save
        of_kind = evidence.finding.kind in (kinds or _SHOWN)
        return save is not None and of_kind and holds(save)

    return FindingRule(diagnosis, rule)


def overwrites_in_place(save: SaveSeen) -> bool:
    """Say whether a file that was there at the start was emptied or written to under its name."""
    return any(_changes_old(one, save) and not _is_pointer(one, save) for one in save.done)


def overwrites_in_directory(save: SaveSeen) -> bool:
    """Say whether such a file lay in a directory, beside others that belong to the same save."""
    places = [Path(one.operation.path).parent for one in save.done if _changes_old(one, save)]
    return any(
        place != Path() and sum(Path(path).parent == place for path in save.start.files) >= _PAIR
        for place in places
    )


def overwrites_pointer(save: SaveSeen) -> bool:
    """Say whether a small file that names another one was emptied or written to under its name."""
    return any(_changes_old(one, save) and _is_pointer(one, save) for one in save.done)


def removes_first(save: SaveSeen) -> bool:
    """Say whether something that was there at the start was removed, and nothing replaced it."""
    gone = {one.operation.path for one in save.named(*_REMOVES) if not one.failed}
    moved = {
        one.operation.path
        for one in save.named("rename")
        if one.operation.path in save.start.files and not one.failed
    }
    there = save.left.snapshot
    old = {*save.start.files, *save.start.directories}
    return any(
        path in old and path not in there.files and path not in there.directories
        for path in gone | moved
    )


def renames_before_bytes(save: SaveSeen) -> bool:
    """Say whether bytes of a file were written, or were to be, after its rename."""
    for place, one in enumerate(save.done):
        if one.operation.name.startswith("rename") and not one.failed:
            later = [*(after.operation for after in save.done[place + 1 :]), *save.coming]
            if any(op.name in WRITES and op.path == one.operation.second_path for op in later):
                return True
    return False


def crosses_file_systems(save: SaveSeen) -> bool:
    """Say whether a file was to be moved between the checkpoint directory and elsewhere."""
    return any(one.operation.crosses for one in save.done)


def mixes_old_and_new(save: SaveSeen) -> bool:
    """Say whether of the files that were there at the start some are new now and some are not."""
    there = save.left.snapshot.files
    kept = [path for path in save.start.files if path in there]
    new = [path for path in kept if there[path].inode != save.start.files[path].inode]
    return 0 < len(new) < len(kept)


def returned_after_fault(save: SaveSeen) -> bool:
    """Say whether a call failed, and save() came back as if nothing had happened."""
    return bool(save.fault) and save.returned


def returned_after_short_write(save: SaveSeen) -> bool:
    """Say whether a write took a part of its bytes only, and save() came back all the same."""
    return save.fault == "SHORT" and save.returned


def removes_after_fault(save: SaveSeen) -> bool:
    """Say whether save() removed what was there at its start after a call had failed, and raised.

    Only what handles the error runs by then.
    """
    failed = next((at for at, one in enumerate(save.done) if one.failed), len(save.done))
    late = replace(save, done=save.done[failed:])
    return bool(save.fault) and not save.returned and removes_first(late)


def never_flushed(save: SaveSeen) -> bool:
    """Say whether bytes were lost of a file that no call had flushed."""
    return any(not save.flushes(file) for file in save.left.bytes_lost)


def flushed_too_early(save: SaveSeen) -> bool:
    """Say whether bytes were lost that were written after the last flush of their file."""
    return any(
        save.flushes(file) and save.last_write(file) > save.flushes(file)[-1]
        for file in save.left.bytes_lost
    )


def believes_unflushed(save: SaveSeen) -> bool:
    """Say whether bytes were lost that the save was to flush yet, and an older file was whole.

    Where a rename came before the flush, it was the rename that came too early.
    """
    there = save.left.snapshot.files
    to_flush = {
        there[one.path].inode for one in save.coming if one.name in FLUSHES and one.path in there
    }
    whole = any(file.content and there.get(path) == file for path, file in save.start.files.items())
    lost = bool(save.left.bytes_lost) and to_flush.issuperset(save.left.bytes_lost)
    return lost and whole and not save.named("rename", "link")


def only_a_name_lost(save: SaveSeen) -> bool:
    """Say whether every byte was there, and a name was not."""
    return bool(save.left.names_lost) and not save.left.bytes_lost


def flush_failed_once(save: SaveSeen) -> bool:
    """Say whether a flush failed, and a later one of the same file counted as if nothing had."""
    flushes = [one for one in save.done if one.operation.name in FLUSHES]
    return save.returned and any(
        one.failed and later.operation.path == one.operation.path and not later.failed
        for place, one in enumerate(flushes)
        for later in flushes[place + 1 :]
    )


def names_before_bytes(save: SaveSeen) -> bool:
    """Say whether a file that names another was durable before the other one's bytes were."""
    lost = set(save.left.bytes_lost)
    there = save.left.snapshot.files
    return any(
        file.inode not in lost and _names_another(file.content, save)
        for path, file in there.items()
        if path not in save.start.files or save.start.files[path].content != file.content
    ) and bool(lost or save.left.names_lost)


def _changes_old(one: Done, save: SaveSeen) -> bool:
    """Say whether a call changed a file that was there, under the same name, at the start."""
    old = save.start.files.get(one.operation.path)
    if old is None or one.failed or one.before != old.inode:
        return False
    return one.operation.name in WRITES or bool(one.operation.flags & os.O_TRUNC)


def _is_pointer(one: Done, save: SaveSeen) -> bool:
    return _names_another(save.start.files[one.operation.path].content, save)


def _names_another(content: bytes, save: SaveSeen) -> bool:
    """Say whether a file's bytes are the name of another file or directory beside it."""
    text = content.strip()
    paths = {*save.start.files, *save.start.directories}
    paths |= {*save.left.snapshot.files, *save.left.snapshot.directories}
    paths |= {one.operation.path for one in save.done}
    known = {os.fsencode(path) for path in paths}
    return bool(text) and any(text == path or path.endswith(b"/" + text) for path in known)
