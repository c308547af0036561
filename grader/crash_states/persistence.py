"""What a power loss can leave: the persistence model, each rule with its source.

A write, a rename or an unlink changes the kernel's memory first; the disk learns of it later, and
in parts. The model says which parts may be missing. It is bounded: it holds what has been seen on
real file systems, is small enough to try every state, and is no promise of any one of them.

1. *What is at risk.* Only what the save in progress, or the one that has just returned, did. All
   that is older has been written back. (A bound of ours.)
2. *Names, level ``ext4``.* Names reach the disk in the order of the calls, so what is lost is the
   end of that row. Flushing a file or a directory commits the journal, and with it every name
   before. (Held against a real ext4 by tests/matrix/test_real_ext4.py.)
3. *Names, level ``posix``.* Only flushing a directory keeps the names in it, and a name may be lost
   although a later one was kept. (fsync(2): it "does not necessarily ensure that the entry in the
   directory containing the file has also reached disk".)
4. *Bytes.* Without a flush, what a file holds may be all there, as last flushed, empty, of its
   full length but zero, cut in the middle, or with a part missing; whatever becomes of its name.
   (Linux commit afd4672dc761, "ext4: Add auto_da_alloc mount option", 2009: without that option a
   file that is renamed over another has no blocks yet.)
5. *A failed flush.* What it was to flush counts as lost, though a second flush "succeeds": the
   pages "are always marked clean". (Rebello et al., "Can Applications Recover from fsync
   Failures?", USENIX ATC 2020, abstract.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import PurePosixPath

from grader.crash_states.effects import DIRECTORY, Effect

LEVELS = ("ext4", "posix")
"""From what one common file system keeps to what the standard promises."""

PAGE = 4096
_IN_FULL = 2
"""So many files of a state may each hold any of their possible bytes; of more, all or nothing."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One state that a power loss may leave.

    Attributes:
        names: path and identity of every file and directory that is there.
        held: what each of these files holds.
        names_lost: paths that were given or taken away by a call, and are as before it.
        bytes_lost: files that hold other bytes than were written to them.
        words: what was lost, for people; "nothing" for the state in which all is there.
    """

    names: Mapping[str, int]
    held: Mapping[int, bytes]
    names_lost: tuple[str, ...]
    bytes_lost: tuple[int, ...]
    words: str


@dataclass(slots=True)
class Disk:
    """What is surely on the disk, and what is only on its way.

    Attributes:
        names, held: what is surely there: names with what they name, and what each file holds.
        waiting: changes of names, in the order of the calls, which the disk may not know.
        versions: what a file held since it was last flushed, the oldest first.
        spoiled: files of which a flush has failed.
    """

    level: str
    names: dict[str, int]
    held: dict[int, bytes]
    waiting: list[Mapping[str, int | None]] = field(default_factory=list)
    versions: dict[int, list[bytes]] = field(default_factory=dict)
    spoiled: set[int] = field(default_factory=set)

    def apply(self, effect: Effect) -> None:
        """Let one call happen."""
        if effect.names:
            self.waiting.append(effect.names)
        for file, data in effect.written.items():
            if not data:
                self.spoiled.discard(file)  # emptied: what comes now is written anew
            self.versions.setdefault(file, [self.held.get(file, b"")]).append(data)
        if not effect.failed:
            self._flush(effect)
        elif effect.flushed is not None:
            self.spoiled.add(effect.flushed)

    def _flush(self, effect: Effect) -> None:
        journal = self.level == "ext4"
        if effect.flushed is not None:
            self._keep_bytes(effect.flushed)
            self._keep_names(self.waiting if journal else ())
        if effect.directory is not None:
            in_it = [change for change in self.waiting if _touches_only(change, effect.directory)]
            self._keep_names(self.waiting if journal else in_it)
        if effect.everything:
            for file in list(self.versions):
                self._keep_bytes(file)
            self._keep_names(self.waiting)

    def states(self) -> Iterator[Lost]:
        """Yield every state that a power loss now may leave; first the one that lost nothing."""
        every = range(len(self.waiting))
        kept = [tuple(every[:count]) for count in range(len(self.waiting), -1, -1)]
        if self.level == "posix":
            kept += [tuple(n for n in every if n != lost) for lost in every[:-1]]
        for numbers in kept:
            names = self._named([self.waiting[number] for number in numbers])
            gone = [self.waiting[number] for number in every if number not in numbers]
            yield from self._with_bytes(names, gone)

    def _keep_bytes(self, file: int) -> None:
        if file not in self.spoiled and file in self.versions:
            self.held[file] = self.versions.pop(file)[-1]

    def _keep_names(self, changes: Sequence[Mapping[str, int | None]]) -> None:
        kept = list(changes)
        self.names = _changed(self.names, kept)
        self.waiting = [held for held in self.waiting if not any(held is one for one in kept)]

    def _named(self, changes: Sequence[Mapping[str, int | None]]) -> dict[str, int]:
        """Return the names with *changes* made; nothing is found below a name that is not there."""
        held = _changed(self.names, changes)
        return {
            path: file
            for path, file in held.items()
            if all(held.get(str(above)) == DIRECTORY for above in _directories_above(path))
        }

    def _with_bytes(
        self, names: dict[str, int], gone: Sequence[Mapping[str, int | None]]
    ) -> Iterator[Lost]:
        there = sorted({file for file in names.values() if file != DIRECTORY})
        at_risk = [file for file in there if len(self.versions.get(file, ())) > 1]
        few = len(at_risk) <= _IN_FULL
        choices = [possible_bytes(self.versions[file], in_parts=few) for file in at_risk]
        certain = {file: self.held.get(file, b"") for file in there if file not in at_risk}
        names_lost = tuple(dict.fromkeys(path for change in gone for path in sorted(change)))
        names_words = [f"the name {path}" for path in names_lost]
        for chosen in product(*choices):
            pairs = list(zip(at_risk, chosen, strict=True))
            held = {file: data for file, (data, _) in pairs}
            lost = {file: words for file, (_, words) in pairs if words}
            words = [f"{_path_of(file, names)}: {text}" for file, text in lost.items()]
            told = "; ".join([*names_words, *words]) or "nothing"
            yield Lost(names, certain | held, names_lost, tuple(lost), told)


def possible_bytes(versions: Sequence[bytes], *, in_parts: bool = True) -> list[tuple[bytes, str]]:
    """Return what an unflushed file may hold, each with what is lost of it ("" for nothing).

    *versions*: what it held since it was last flushed, the oldest first.
    """
    old, new = versions[0], versions[-1]
    found = {new: ""}
    found.setdefault(old, "as it was last flushed" if old else "empty")
    if any(not version for version in versions):
        found.setdefault(b"", "empty")
    if in_parts:
        start = len(old) if new.startswith(old) else 0
        half = start + (len(new) - start) // 2
        if len(new) - start > 2 * PAGE:
            half -= (half - start) % PAGE
        hole = new[:half] + bytes(min(PAGE, len(new) - half)) + new[half + PAGE :]
        for data, words in (
            (new[:start] + bytes(len(new) - start), "only zeros"),
            (new[:half], "the second half"),
            (new[:start] + bytes(half - start) + new[half:], "the first half, now zeros"),
            (hole, "a page in the middle, now zeros"),
        ):
            found.setdefault(data, words)
    return list(found.items())


def _changed(
    names: Mapping[str, int], changes: Sequence[Mapping[str, int | None]]
) -> dict[str, int]:
    held = dict(names)
    for change in changes:
        for path, file in change.items():
            if file is None:
                held.pop(path, None)
            else:
                held[path] = file
    return held


def _touches_only(change: Mapping[str, int | None], directory: str) -> bool:
    """Say whether flushing *directory* keeps the whole change: the names that it gives lie in it.

    Below a directory that is renamed nothing changes on the disk, though every path does.
    """
    above = {path: str(PurePosixPath(path).parent) for path in change}
    return all(parent == directory for parent in above.values() if parent not in change)


def _directories_above(path: str) -> list[PurePosixPath]:
    return [above for above in PurePosixPath(path).parents if str(above) != "."]


def _path_of(file: int, names: Mapping[str, int]) -> str:
    return next(path for path, named in names.items() if named == file)
