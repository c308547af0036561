"""The filter lets exactly the right calls wait, on both machines: it is run here, step by step."""

import errno
import os
import struct
from pathlib import Path

import pytest

from grader.process.filters import MACHINES
from grader.process.watched_calls import LOOKS, names, program

ALLOW, NOTIFY, KILL, FAIL = 0x7FFF0000, 0x7FC00000, 0x80000000, 0x00050000
READ_ONLY = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW
both = pytest.mark.parametrize("machine", MACHINES)


def verdict(
    machine: str,
    number: int,
    arguments: tuple[int, ...] = (),
    arch: int = 0,
    *,
    looks: bool = False,
) -> int:
    """Run the filter on one call as the kernel does (linux/Documentation/bpf: classic BPF)."""
    arch = arch or MACHINES[machine][1]
    call = struct.pack("<iIQ6Q", number, arch, 0, *(arguments + (0,) * 6)[:6])
    code = program(machine, looks=looks)
    at = loaded = 0
    while True:
        operation, if_true, if_false, operand = code[at]
        at += 1
        match operation:
            case 0x20:
                (loaded,) = struct.unpack_from("<I", call, operand)
            case 0x06:
                return int(operand)
            case 0x15:
                at += if_true if loaded == operand else if_false
            case 0x35:
                at += if_true if loaded >= operand else if_false
            case 0x45:
                at += if_true if loaded & operand else if_false


def number_of(machine: str, name: str) -> int:
    """Return the number of a watched call."""
    return next(number for number, each in names(machine).items() if each == name)


CHANGING: dict[
    str, list[tuple[tuple[int, ...], bool]]
] = {  # arguments with which the conditional calls change a file, and do not
    "open": [((0, os.O_WRONLY), True), ((0, os.O_CREAT), True), ((0, READ_ONLY), False)],
    "openat": [((3, 0, os.O_RDWR), True), ((3, 0, os.O_TRUNC), True), ((3, 0, READ_ONLY), False)],
    "mmap": [((0, 1, 3, 1, 5), True), ((0, 1, 1, 1, 5), False), ((0, 1, 3, 2, 5), False)],
    "ioctl": [((3, 0x40049409), True), ((3, 0x4020940D), True), ((3, 0x5401), False)],
}


@both
@pytest.mark.parametrize("looks", [False, True])
def test_every_number(machine: str, *, looks: bool) -> None:
    """Each watched call waits if it may change a file; where looks are watched, one that looks."""
    watched = names(machine)
    for number in range(600):
        if number not in watched or (watched[number] in LOOKS and not looks):
            expected = FAIL | errno.ENOSYS if number == 425 else ALLOW
            assert verdict(machine, number, looks=looks) == expected
        elif watched[number] not in CHANGING:
            assert verdict(machine, number, looks=looks) == NOTIFY


@both
def test_opening_to_read_is_a_look(machine: str) -> None:
    """Whoever opens a file to read waits where looks are watched; a private mapping never does."""
    found = verdict(machine, number_of(machine, "openat"), (3, 0, READ_ONLY), looks=True)
    assert NOTIFY == found
    assert ALLOW == verdict(machine, number_of(machine, "mmap"), (0, 1, 3, 2, 5), looks=True)


@both
def test_conditions(machine: str) -> None:
    """Reading opens, private or read-only mappings and other device requests do not wait."""
    for name, cases in CHANGING.items():
        if name in names(machine).values():
            for arguments, changes in cases:
                found = verdict(machine, number_of(machine, name), arguments)
                assert found == (NOTIFY if changes else ALLOW), (name, arguments)


@both
def test_foreign_numbers_kill(machine: str) -> None:
    """Calls of another architecture and x32 calls never pass."""
    for other in (0x40000003, 0x40000028, 0xC0000015, *(arch for _, arch in MACHINES.values())):
        expected = ALLOW if other == MACHINES[machine][1] else KILL
        assert verdict(machine, 599, arch=other) == expected
    assert verdict(machine, 0x40000000 | number_of(machine, "write")) == KILL
    assert verdict(machine, -1) == KILL


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),  # aarch64 uses the generic table
}


@both
def test_numbers_are_the_kernels(machine: str) -> None:
    """The tables say what the kernel's own headers say, where they are installed."""
    if not HEADERS[machine].exists():
        pytest.skip(f"{HEADERS[machine]} is not installed")
    text = HEADERS[machine].read_text()
    for number, name in names(machine).items():
        alias = name.removeprefix("new")  # one call, two names: newfstatat is the table's fstatat
        spellings = [
            f"#define {prefix}_{spelled} {number}\n"
            for prefix in ("__NR", "__NR3264")
            for spelled in (name, alias)
        ]
        assert any(spelling in text for spelling in spellings), name
