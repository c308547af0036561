"""The persistence model against its own rules, and against an oracle written by hand."""

import os
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.crash_states.effects import DIRECTORY, Effect, effect
from grader.crash_states.operations import Operation
from grader.crash_states.persistence import LEVELS, PAGE, Disk, Lost, possible_bytes
from grader.crash_states.snapshot import File, Snapshot

OLD, NEW = b"old " * 4, b"new " * 4
A, B = 1, 2
levels = pytest.mark.parametrize("level", LEVELS)

CREATE = Effect(names={"new": B})
WRITE = Effect(written={B: NEW})
FLUSH = Effect(flushed=B)
RENAME = Effect(names={"new": None, "held": B})
FLUSH_TOP = Effect(directory=".")


def disk(level: str, *effects: Effect) -> Disk:
    """Return a disk on which "held" names file A, after some calls."""
    made = Disk(level, {"held": A}, {A: OLD})
    for one in effects:
        made.apply(one)
    return made


def shown(lost: Lost) -> dict[str, bytes]:
    """Return a state as what each path holds."""
    return {
        path: b"" if file == DIRECTORY else lost.held[file] for path, file in lost.names.items()
    }


def held(made: Disk) -> set[bytes | None]:
    """Return what "held" may hold, None where it may be gone."""
    return {shown(state).get("held") for state in made.states()}


@levels
def test_replace_without_flush_may_leave_an_empty_file(level: str) -> None:
    """The name is kept, the bytes are not: the old one is lost and the new one is not there."""
    assert {OLD, NEW, b""} < held(disk(level, CREATE, WRITE, RENAME))


@levels
def test_every_flush_leaves_old_and_new_only(level: str) -> None:
    """A saver that flushes file and directory has nothing in between, at any of its calls."""
    calls = (CREATE, WRITE, FLUSH, RENAME, FLUSH_TOP)
    for count in range(len(calls) + 1):
        assert held(disk(level, *calls[:count])) <= {OLD, NEW}
    assert {NEW} == held(disk(level, *calls))


@levels
def test_without_the_directory_the_rename_may_be_lost(level: str) -> None:
    """After a flushed file and a rename, the old name may still stand."""
    assert {OLD, NEW} == held(disk(level, CREATE, WRITE, FLUSH, RENAME))


def test_the_levels_differ_in_what_a_file_flush_keeps() -> None:
    """On ext4 flushing a file keeps the names before it; by POSIX its own name may be missing."""
    calls = (CREATE, WRITE, FLUSH)
    assert all("new" in state.names for state in disk("ext4", *calls).states())
    assert any("new" not in state.names for state in disk("posix", *calls).states())


@pytest.mark.parametrize(("flags", "kept"), [(os.O_SYNC, True), (os.O_DSYNC, True), (0, False)])
def test_a_write_through_is_flushed(flags: int, *, kept: bool) -> None:
    """As if a flush came after each: nothing of it is lost but its name."""
    before, after = (Snapshot({"new": File(data, 0, B)}, {}) for data in (b"", NEW))
    write = effect(Operation(0, "write", "new", size=len(NEW), flags=flags), before, after)
    whole = {NEW} == held(disk("ext4", CREATE, write, RENAME)) - {OLD}

    assert kept == whole


@levels
def test_a_failed_flush_counts_as_lost(level: str) -> None:
    """A second flush that "succeeds" keeps nothing of what the failed one was to keep."""
    failed = Effect(flushed=B, failed=True)
    found = held(disk(level, CREATE, WRITE, failed, FLUSH, RENAME, FLUSH_TOP))
    assert b"" in found
    emptied = Effect(written={B: b""})
    again = held(disk(level, CREATE, WRITE, failed, emptied, WRITE, FLUSH, RENAME, FLUSH_TOP))
    assert {NEW} == again


def test_a_later_name_may_be_kept_without_an_earlier_one_by_posix() -> None:
    """Names of one directory need not reach the disk in order."""
    both = (Effect(names={"a": 3}), Effect(names={"b": 4}))
    assert {"held", "b"} in [set(state.names) for state in disk("posix", *both).states()]
    assert {"held", "b"} not in [set(state.names) for state in disk("ext4", *both).states()]


@levels
def test_nothing_is_found_below_a_lost_directory(level: str) -> None:
    """A file whose directory's name is lost is lost, too."""
    made = disk(level, Effect(names={"step": DIRECTORY}), Effect(names={"step/x": B}))
    for state in made.states():
        assert "step/x" not in state.names or "step" in state.names


MADE = Effect(names={"part": DIRECTORY})
INSIDE = (Effect(names={"part/x": B}), WRITE, FLUSH)
PUBLISHED = Effect(names={"part": None, "step": DIRECTORY}, moved=("part", "step"))


def test_renaming_a_directory_keeps_no_name_in_it() -> None:
    """By POSIX a file in a directory that was never flushed may be gone, however it is called."""
    calls = (MADE, *INSIDE, PUBLISHED, FLUSH_TOP)
    assert any("step/x" not in state.names for state in disk("posix", *calls).states())
    assert all("step/x" in state.names for state in disk("ext4", *calls).states())


@pytest.mark.parametrize("at", [1, 2])
def test_flushing_the_directory_keeps_the_names_in_it(at: int) -> None:
    """Before it is renamed, by its old path; or after, by its new one."""
    calls = [MADE, *INSIDE, PUBLISHED]
    calls.insert(len(calls) - 2 + at, Effect(directory=("", "part", "step")[at]))
    states = list(disk("posix", *calls, FLUSH_TOP).states())
    assert 1 == len({tuple(sorted(shown(state).items())) for state in states})
    assert NEW == shown(states[0])["step/x"]


effects = st.one_of(
    st.builds(
        lambda path, file: Effect(names={path: file}),
        st.sampled_from(["a", "b", "held"]),
        st.sampled_from([None, A, B]),
    ),
    st.builds(
        lambda file, data: Effect(written={file: data}),
        st.sampled_from([A, B]),
        st.binary(max_size=3 * PAGE),
    ),
    st.builds(lambda file: Effect(flushed=file), st.sampled_from([A, B])),
    st.builds(lambda file: Effect(flushed=file, failed=True), st.sampled_from([A, B])),
    st.just(FLUSH_TOP),
    st.just(Effect(everything=True)),
)


@given(st.sampled_from(LEVELS), st.lists(effects, max_size=6))
def test_all_kept_and_all_lost_are_always_there(level: str, calls: list[Effect]) -> None:
    """The first state has lost nothing; another one is what was surely on the disk."""
    made = disk(level, *calls)
    states = list(made.states())
    names = {"held": A}
    contents = {A: OLD}
    for call in calls:
        for path, file in call.names.items():
            names = {**names, path: file} if file else {k: v for k, v in names.items() if k != path}
        contents |= call.written
    assert "nothing" == states[0].words
    assert {path: contents.get(file, b"") for path, file in names.items()} == shown(states[0])
    surely = {path: made.held.get(file, b"") for path, file in made.surely().items()}
    assert surely in [shown(state) for state in states]


@given(st.sampled_from(LEVELS), st.lists(effects, max_size=6))
def test_every_state_is_allowed_by_the_rules(level: str, calls: list[Effect]) -> None:
    """A file holds what it was flushed with, or what `possible_bytes` says of its versions."""
    made = disk(level, *calls)
    for state in made.states():
        for file, data in state.held.items():
            versions = made.versions.get(file, [made.held.get(file, b"")])
            assert data in [possible for possible, _ in possible_bytes(versions)]


@given(st.sampled_from(LEVELS), st.lists(effects, max_size=6))
def test_flushing_everything_leaves_one_state(level: str, calls: list[Effect]) -> None:
    """After sync(2) nothing can be lost, unless a flush had failed before."""
    made = disk(level, *calls, Effect(everything=True))
    if not made.spoiled:
        assert 1 == len({tuple(sorted(shown(state).items())) for state in made.states()})


def oracle(level: str, calls: tuple[Effect, ...]) -> set[tuple[tuple[str, bytes], ...]]:
    """Return every state of a trace by brute force: each rule as its sentence says it.

    For the calls of this file's constants only, with contents below a page.
    """
    found = set()
    for kept in product((True, False), repeat=len(calls)):
        if not _allowed(level, calls, kept):
            continue
        names = {"held": A}
        for call, is_kept in zip(calls, kept, strict=True):
            for path, file in call.names.items() if is_kept else ():
                if file is None:
                    names.pop(path, None)
                else:
                    names[path] = file
        written = [n for n, call in enumerate(calls) if call.written]
        flushed = [n for n, call in enumerate(calls) if call.flushed == B]
        safe = bool(written and flushed and max(flushed) > max(written))
        half = len(NEW) // 2
        zeros = bytes(half)
        torn = {b"", zeros * 2, NEW[:half], zeros + NEW[half:], NEW[:half] + zeros}
        options = {NEW} if safe else {NEW, *torn} if written else {b""}
        for content in options:
            holds = {A: OLD, B: content}
            found.add(tuple(sorted((path, holds[file]) for path, file in names.items())))
    return found


def _allowed(level: str, calls: tuple[Effect, ...], kept: tuple[bool, ...]) -> bool:
    """Say whether exactly these changes of names may have reached the disk."""
    changing = [number for number, call in enumerate(calls) if call.names]
    if any(not is_kept and number not in changing for number, is_kept in enumerate(kept)):
        return False  # only a change of names can be lost as one
    lost = [number for number in changing if not kept[number]]
    syncs = [
        number
        for number, call in enumerate(calls)
        if call.directory == "." or (level == "ext4" and call.flushed == B)
    ]
    if any(sync > number for number in lost for sync in syncs):
        return False
    at_risk = [n for n in changing if not any(sync > n for sync in syncs)]
    is_end = lost == at_risk[len(at_risk) - len(lost) :]
    return is_end or (level == "posix" and 1 == len(lost))


@levels
def test_an_oracle_agrees_on_every_short_trace(level: str) -> None:
    """All traces of up to five of these calls that a program can make: the same states, exactly."""
    traces = 0
    for count in range(6):
        for calls in product((CREATE, WRITE, FLUSH, RENAME, FLUSH_TOP), repeat=count):
            if not _possible(calls):
                continue
            traces += 1
            mine = {tuple(sorted(shown(state).items())) for state in disk(level, *calls).states()}
            assert oracle(level, calls) == mine, calls
    assert traces > 100


def _possible(calls: tuple[Effect, ...]) -> bool:
    """Say whether a program can make these calls: nothing is written to a file that is not made."""
    made = renamed = False
    for call in calls:
        if call is CREATE:
            if made:
                return False
            made = True
        elif call is RENAME:
            if not made or renamed:
                return False
            renamed = True
        elif call in (WRITE, FLUSH) and not made:
            return False
    return calls.count(WRITE) <= 1


def test_a_page_between_two_zip_records_may_be_missing() -> None:
    """Where the middle page holds a record's head, one is that no loader looks for."""
    head, page = b"PK\x03\x04", b"x" * PAGE
    data = head + page + page + head + page + head + page + head
    missing = [words for held, words in possible_bytes([b"", data]) if held.count(head) == 4]

    assert ["", f"the page from byte {PAGE} on, now zeros"] == missing
