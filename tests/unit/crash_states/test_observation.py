"""What one resume looked at decides for which other directories its verdict holds."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.crash_states.observation import Observation
from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import File, Snapshot

NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def directory(**files: bytes) -> Snapshot:
    """Return a directory of files, each changed after the one before."""
    named = {name.replace("_", "."): held for name, held in files.items()}
    return Snapshot({name: File(held, at) for at, (name, held) in enumerate(named.items())}, {})


def look(name: str, path: str, flags: int = 0, second: str | None = None) -> Operation:
    """Return a call on a path."""
    return Operation(0, name, path, second, flags=flags)


FOUND = directory(a_pt=b"old", b_new=b"half")


@pytest.mark.parametrize(
    ("calls", "other", "same"),
    [
        ([look("openat", "a.pt")], directory(a_pt=b"old"), True),
        ([look("openat", "a.pt")], directory(a_pt=b"old", b_new=b"other"), True),
        ([look("openat", "a.pt")], directory(a_pt=b"new", b_new=b"half"), False),
        ([look("openat", "a.pt")], directory(b_new=b"half"), False),
        ([look("newfstatat", "gone")], directory(a_pt=b"old"), True),
        ([look("newfstatat", "gone")], directory(a_pt=b"old", gone=b""), False),
        ([look("getdents64", ".")], directory(a_pt=b"x", b_new=b"y"), True),
        ([look("getdents64", ".")], directory(a_pt=b"old"), False),
        ([look("openat", "b.new", NEW)], directory(a_pt=b"old"), True),
        ([look("openat", "b.new", NEW | os.O_EXCL)], directory(a_pt=b"old"), False),
        ([look("unlink", "b.new")], directory(a_pt=b"old"), False),
        ([look("unlink", "b.new")], directory(a_pt=b"old", b_new=b"z"), True),
        ([look("rename", "b.new", 0, "a.pt")], directory(a_pt=b"z", b_new=b"half"), True),
        ([look("rename", "b.new", 0, "a.pt")], directory(a_pt=b"old", b_new=b"z"), False),
        ([look("openat", "b.new", os.O_WRONLY | os.O_APPEND)], directory(b_new=b"half"), True),
        ([look("openat", "b.new", os.O_WRONLY | os.O_APPEND)], directory(b_new=b"z"), False),
    ],
)
def test_a_look_holds_for_what_would_have_looked_the_same(calls, other, same) -> None:
    """Bytes that were opened, names that were listed, and whether something was there."""
    seen = Observation(FOUND)
    for call in calls:
        seen.see(call)
    assert same is seen.holds_for(other)
    assert seen.holds_for(FOUND)


def test_its_own_files_are_nothing_that_it_found() -> None:
    """After a file was made anew, reading or listing it tells nothing of the directory."""
    seen = Observation(FOUND)
    for call in (look("openat", "b.new", NEW), look("openat", "b.new"), look("getdents64", ".")):
        seen.see(call)
    assert seen.holds_for(directory(a_pt=b"whatever"))
    assert not seen.holds_for(directory(a_pt=b"old", c=b""))


def test_who_looks_at_times_depends_on_their_order() -> None:
    """The newest of two files that were looked at must be the newest in the other one, too."""
    seen = Observation(FOUND)
    for path in ("a.pt", "b.new"):
        seen.see(look("stat", path))
    turned = Snapshot({"b.new": FOUND.files["a.pt"], "a.pt": FOUND.files["b.new"]}, {})
    same_bytes = Snapshot({"a.pt": File(b"old", 9), "b.new": File(b"half", 3)}, {})
    assert not seen.holds_for(turned)
    assert not seen.holds_for(same_bytes)


names = st.sampled_from(["a", "b", "c"])
snapshots = st.dictionaries(names, st.sampled_from([b"", b"1", b"2"])).map(
    lambda held: Snapshot({name: File(content, 0) for name, content in held.items()}, {})
)
programs = st.lists(
    st.tuples(st.sampled_from(["read", "list", "make", "remove"]), names), max_size=4
)


def run(program: list[tuple[str, str]], found: Snapshot, seen: Observation | None) -> list[object]:
    """Carry a small program out on a directory; return all that it could see."""
    held = {name: file.content for name, file in found.files.items()}
    result: list[object] = []
    calls = {"read": ("openat", 0), "list": ("getdents64", 0), "make": ("openat", NEW)}
    for what, name in program:
        call, flags = calls.get(what, ("unlink", 0))
        if seen:
            seen.see(look(call, "." if what == "list" else name, flags))
        if what == "read":
            result.append(held.get(name))
        elif what == "list":
            result.append(sorted(held))
        elif what == "make":
            held[name] = b"mine"
        else:
            result.append(held.pop(name, None) is not None)
    return result


@given(programs, snapshots, snapshots)
def test_what_holds_is_true(program, found: Snapshot, other: Snapshot) -> None:
    """Where an observation holds for a directory, the program sees the same, whatever it is."""
    seen = Observation(found)
    expected = run(program, found, seen)
    if seen.holds_for(other):
        assert expected == run(program, other, None)
