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

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise, product
from pathlib import PurePosixPath

from grader.crash_states.effects import DIRECTORY, Effect

LEVELS = ("ext4", "posix")
"""From what one common file system keeps to what the standard promises."""

PAGE = 4096
_ZIP_HEAD = re.compile(rb"PK(?:\x01\x02|\x03\x04)")
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


Entry = tuple[int, str]
"""A name in a directory, whatever that directory is called: its identity, and the name."""

Change = dict[Entry, int | None]
"""What one call did to names: an entry with what it names now, None where it is gone."""

_TOP = 0


class Disk:
    """What is surely on the disk, and what is only on its way.

    Attributes:
        held: what each file surely holds, by identity.
        waiting: changes of names, in the order of the calls, which the disk may not know.
        versions: what a file held since it was last flushed, the oldest first.
        spoiled: files of which a flush has failed.
    """

    def __init__(self, level: str, names: Mapping[str, int], held: Mapping[int, bytes]) -> None:
        """Begin with a disk that has all of *names*, and of what their files hold."""
        self.level = level
        self.held = dict(held)
        self.waiting: list[Change] = []
        self.versions: dict[int, list[bytes]] = {}
        self.spoiled: set[int] = set()
        self._fresh = count(_TOP - 1, -1)  # below the files' identities, which are above zero
        self._directories = {".": _TOP}  # as the program sees them now: path to identity
        self._entries: dict[Entry, int] = {}
        for path in sorted(names):
            for entry, file in self._change({path: names[path]}).items():
                self._entries[entry] = file or 0

    def apply(self, effect: Effect) -> None:
        """Let one call happen."""
        if effect.names:
            self.waiting.append(self._change(effect.names, effect.moved))
        for file, data in effect.written.items():
            if not data:
                self.spoiled.discard(file)  # emptied: what comes now is written anew
            self.versions.setdefault(file, [self.held.get(file, b"")]).append(data)
        if not effect.failed:
            self._flush(effect)
        elif effect.flushed is not None:
            self.spoiled.add(effect.flushed)

    def states(self) -> Iterator[Lost]:
        """Yield every state that a power loss now may leave; first the one that lost nothing."""
        every = range(len(self.waiting))
        kept = [tuple(every[:count]) for count in range(len(self.waiting), -1, -1)]
        if self.level == "posix":
            kept += [tuple(n for n in every if n != lost) for lost in every[:-1]]
        for numbers in kept:
            names = self._paths([self.waiting[number] for number in numbers])
            gone = [self.waiting[number] for number in every if number not in numbers]
            yield from self._with_bytes(names, gone)

    def surely(self) -> dict[str, int]:
        """Return the names that no power loss takes away any more."""
        return self._paths([])

    def _change(
        self, names: Mapping[str, int | None], moved: tuple[str, str] | None = None
    ) -> Change:
        """Return a change of paths as one of entries, and follow it in what the program sees."""
        change: Change = {}
        carried = self._directories.pop(moved[0], None) if moved else None
        for path in sorted(names):
            file = names[path]
            entry = (self._directories[str(PurePosixPath(path).parent)], PurePosixPath(path).name)
            if file == DIRECTORY:
                file = self._directories[path] = next(self._fresh) if carried is None else carried
            elif file is None:
                self._directories.pop(path, None)
            change[entry] = file
        if moved:
            self._follow(*moved)
        return change

    def _follow(self, old: str, new: str) -> None:
        """Let every directory below one that was renamed have its new path."""
        for path in [path for path in self._directories if path.startswith(f"{old}/")]:
            self._directories[new + path[len(old) :]] = self._directories.pop(path)

    def _flush(self, effect: Effect) -> None:
        journal = self.level == "ext4"
        if effect.flushed is not None:
            self._keep_bytes(effect.flushed)
            self._keep_names(self.waiting if journal else ())
        if effect.directory is not None:
            top = self._directories[effect.directory]
            in_it = [change for change in self.waiting if all(at == top for at, _ in change)]
            self._keep_names(self.waiting if journal else in_it)
        if effect.everything:
            for file in list(self.versions):
                self._keep_bytes(file)
            self._keep_names(self.waiting)

    def _keep_bytes(self, file: int) -> None:
        if file not in self.spoiled and file in self.versions:
            self.held[file] = self.versions.pop(file)[-1]

    def _keep_names(self, changes: Sequence[Change]) -> None:
        kept = list(changes)
        self._entries = _changed(self._entries, kept)
        self.waiting = [held for held in self.waiting if not any(held is one for one in kept)]

    def _paths(self, changes: Sequence[Change]) -> dict[str, int]:
        """Return all paths from the top, with *changes* made; the rest cannot be reached."""
        entries = _changed(self._entries, changes)
        found: dict[str, int] = {}
        waiting = [(_TOP, "")]
        while waiting:
            directory, above = waiting.pop()
            for (at, name), file in entries.items():
                if at == directory:
                    found[above + name] = file if file > 0 else DIRECTORY
                    if file <= 0:
                        waiting.append((file, f"{above}{name}/"))
        return found

    def _with_bytes(self, names: dict[str, int], gone: Sequence[Change]) -> Iterator[Lost]:
        there = sorted({file for file in names.values() if file != DIRECTORY})
        at_risk = [file for file in there if len(self.versions.get(file, ())) > 1]
        few = len(at_risk) <= _IN_FULL
        choices = [possible_bytes(self.versions[file], in_parts=few) for file in at_risk]
        certain = {file: self.held.get(file, b"") for file in there if file not in at_risk}
        names_lost = tuple(dict.fromkeys(name for change in gone for _, name in sorted(change)))
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
        for data, words in (
            (new[:start] + bytes(len(new) - start), "only zeros"),
            (new[:half], "the second half"),
            (new[:start] + bytes(half - start) + new[half:], "the first half, now zeros"),
            (_without_page(new, half), "a page in the middle, now zeros"),
        ):
            found.setdefault(data, words)
        page = _quiet_page(new, start)
        if page is not None:
            found.setdefault(_without_page(new, page), f"the page from byte {page} on, now zeros")
    return list(found.items())


def _without_page(data: bytes, page: int) -> bytes:
    return data[:page] + bytes(min(PAGE, len(data) - page)) + data[page + PAGE :]


def _quiet_page(data: bytes, start: int) -> int | None:
    """Return where a whole page begins in the longest part, from *start* on, without a zip head."""
    heads = [match.start() for match in _ZIP_HEAD.finditer(data, start)]
    parts = pairwise([start, *heads, len(data)])
    first, end = max(parts, key=lambda part: part[1] - part[0])
    page = -(-(first + end - PAGE) // (2 * PAGE)) * PAGE
    page -= PAGE if page + PAGE > end else 0
    return page if page >= first else None


def _changed(entries: Mapping[Entry, int], changes: Sequence[Change]) -> dict[Entry, int]:
    held = dict(entries)
    for change in changes:
        for entry, file in change.items():
            if file is None:
                held.pop(entry, None)
            else:
                held[entry] = file
    return held


def _path_of(file: int, names: Mapping[str, int]) -> str:
    return next(path for path, named in names.items() if named == file)
