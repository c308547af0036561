"""How the probe and the judge talk: small binary messages of fixed layout over one socket.

The socket is fresh for every phase, so that it is the nonce: what outlives a phase holds a dead
one. The judge never unpickles anything, and takes nothing but these messages.
"""

import math
import struct
from dataclasses import dataclass

from grader.bits import DIGEST_BYTES
from grader.errors import GraderError
from grader.history import CALLS, MARKS

WARM, COLD = "warm", "cold"
"""How a fork server begins: with torch imported, or not."""
MESSAGE_MAX = 4096
CHALLENGE_BYTES = 72
TEXT_MAX = 3000
_HEAD = struct.Struct("<cqBd")  # kind, step or position, mark or call, loss

LOADED, MARK, STEP, END, FAILED, NOTE, ENTER = b"L", b"M", b"S", b"E", b"X", b"N", b"I"
ANSWER = b"A"
ANSWERED = frozenset({LOADED, MARK, STEP, END})
"""Kinds after which the probe waits for the judge; the other kinds are one-way."""


class ProtocolError(GraderError):
    """A message that no probe of ours sends, or not then."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the probe."""

    kind: bytes
    step: int = 0
    mark: str = MARKS[0]
    loss: float = math.nan
    digests: tuple[bytes, ...] = ()
    call: str = CALLS[0]
    text: str = ""


def encode(message: Message) -> bytes:
    """Return *message* as bytes, never more than `MESSAGE_MAX`."""
    word = CALLS.index(message.call) if message.kind in {ENTER, FAILED} else _mark(message.mark)
    head = _HEAD.pack(message.kind, message.step, word, message.loss)
    if message.kind == STEP:
        return head + b"".join(message.digests)
    return head + message.text.encode("utf-8", "backslashreplace")[-TEXT_MAX:]


def decode(data: bytes, digests: int) -> Message:
    """Return the message in *data*; a step message must hold exactly *digests* digests.

    Raises:
        ProtocolError: the bytes are no such message.
    """
    if len(data) < _HEAD.size or len(data) >= MESSAGE_MAX:
        message = f"a message of {len(data)} bytes"
        raise ProtocolError(message)
    kind, step, word, loss = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    words = CALLS if kind in {ENTER, FAILED} else MARKS
    if kind not in ANSWERED | {FAILED, NOTE, ENTER, ANSWER} or word >= len(words):
        message = f"a message of unknown kind {kind!r} with word {word}"
        raise ProtocolError(message)
    if kind == STEP:
        if len(body) != digests * DIGEST_BYTES:
            message = f"a step with {len(body)} bytes of digests, {digests * DIGEST_BYTES} expected"
            raise ProtocolError(message)
        cut = range(0, len(body), DIGEST_BYTES)
        parts = tuple(body[at : at + DIGEST_BYTES] for at in cut)
        return Message(kind, step, "step", loss, parts)
    text = body.decode("utf-8", "backslashreplace")
    if kind in {ENTER, FAILED}:
        return Message(kind, step, call=words[word], text=text)
    return Message(kind, step, mark=words[word], text=text)


def answer(step: int, challenge: bytes | None) -> bytes:
    """Return the judge's answer: go on, with the challenge of *step* where one is due."""
    return struct.pack("<q", step) + (challenge or b"")


def read_answer(data: bytes) -> tuple[int, bytes]:
    """Return the step and the challenge (empty when none was due) of an answer."""
    (step,) = struct.unpack_from("<q", data)
    return step, data[8:]


def _mark(mark: str) -> int:
    return MARKS.index(mark)
