"""Evidence built by hand: findings, random streams, counters."""

import struct

from grader.bits import Field
from grader.verdict import Finding

WORDS = 624
"""Words of a Mersenne Twister; a stream that was just seeded stands behind its last one."""


def finding(kind: str = "trajectory", text: str = "", where: str = "", **more: int) -> Finding:
    """Return a finding against the resumed process."""
    said = {"phase": 1, "step": -1, **more}
    return Finding(
        kind, "kill@6:step", said["phase"], "this", "that", step=said["step"], where=where,
        text=text,
    )  # fmt: skip


def number(name: str, value: int) -> Field:
    """Return a counter."""
    return Field(name, "int64", (), struct.pack("<q", value))


def python_stream(position: int = WORDS, seed: int = 1) -> list[Field]:
    """Return Python's stream, which keeps its position as one more word."""
    data = struct.pack(f"<{WORDS + 1}I", *[seed] * WORDS, position)
    return [Field("words", "uint32", (WORDS + 1,), data), number("rest/0", 3)]


def numpy_stream(position: int = WORDS, seed: int = 1) -> list[Field]:
    """Return NumPy's stream."""
    words = Field("words", "uint32", (WORDS,), struct.pack(f"<{WORDS}I", *[seed] * WORDS))
    return [words, number("rest/1", position)]


def torch_stream(left: int = 1, following: int = 0) -> list[Field]:
    """Return torch's stream, all in one field."""
    data = struct.pack("<qiiq", 17, left, 1, following) + bytes(5032)
    return [Field("state", "uint8", (len(data),), data)]
