"""Messages mean what they say, stay small, and nothing else is taken for one."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bits import DIGEST_BYTES
from grader.history import CALLS, MARKS
from grader.process import protocol
from grader.process.protocol import Message, ProtocolError, decode, encode

STEPS = st.integers(-(2**63), 2**63 - 1)
DIGESTS = st.lists(st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES), max_size=20).map(tuple)
TEXTS = st.text(max_size=40)
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LOSSES = st.floats(allow_nan=False)
SENT = st.one_of(
    st.builds(
        Message,
        st.sampled_from([protocol.LOADED, protocol.MARK, protocol.END, protocol.NOTE]),
        STEPS,
        st.sampled_from(MARKS),
        text=PLAIN,
    ),
    st.builds(
        Message,
        st.sampled_from([protocol.ENTER, protocol.FAILED]),
        STEPS,
        call=st.sampled_from(CALLS),
        text=PLAIN,
    ),
    st.builds(Message, st.just(protocol.STEP), STEPS, st.just("step"), LOSSES, DIGESTS),
)


def same(one: Message, other: Message) -> bool:
    """Compare messages, with NaN equal to NaN."""
    assert math.isnan(one.loss) is math.isnan(other.loss)
    return one == other or replace(one, loss=0.0) == replace(other, loss=0.0)


@given(SENT)
def test_what_a_probe_sends_is_what_the_judge_reads(message: Message):
    """Kind, step, mark, call, loss, digests and text arrive."""
    assert same(message, decode(encode(message), len(message.digests)))


@given(st.builds(Message, st.sampled_from([protocol.NOTE, protocol.FAILED]), text=TEXTS))
def test_half_a_character_arrives_as_its_escape(message: Message):
    """No text of a learner's exception stops its own report."""
    assert "\ud800" not in decode(encode(message), 0).text


@given(st.binary(max_size=400), st.integers(0, 20))
def test_any_bytes_are_a_message_or_a_protocol_error(data: bytes, digests: int):
    """Whatever a learner's process writes into the socket, the judge goes on."""
    try:
        message = decode(data, digests)
    except ProtocolError:
        return
    assert message.mark in MARKS
    assert message.call in CALLS
    assert len(message.digests) == (digests if message.kind == protocol.STEP else 0)


@given(SENT, st.data())
def test_a_changed_or_cut_message_is_a_message_or_a_protocol_error(
    message: Message, data: st.DataObject
):
    """One wrong byte in a real message is no way into the judge, either."""
    whole = bytearray(encode(message))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    for received in (bytes(whole), bytes(whole[:at])):
        try:
            decode(received, len(message.digests))
        except ProtocolError:
            continue


@given(DIGESTS, st.integers(0, 20))
def test_a_step_with_another_number_of_digests_is_refused(
    digests: tuple[bytes, ...], expected: int
):
    """A probe can leave out no item, and add none."""
    data = encode(Message(protocol.STEP, 3, "step", 0.5, digests))

    if len(digests) == expected:
        assert digests == decode(data, expected).digests
        return
    with pytest.raises(ProtocolError, match=f"{expected * DIGEST_BYTES} expected"):
        decode(data, expected)


@pytest.mark.parametrize("text", ["x" * 10**5, "ü" * 10**5, "\U0001f4a5" * 10**5, "\ud800" * 10**5])
def test_messages_stay_small_and_keep_the_end_of_a_long_text(text: str):
    """The last lines of an exception are the ones that say what it is."""
    data = encode(Message(protocol.FAILED, call="load", text=text + "the end"))

    assert len(data) < protocol.MESSAGE_MAX
    assert decode(data, 0).text.endswith("the end")


def test_a_message_that_may_have_been_cut_is_refused():
    """The judge reads at most so many bytes, so a longer message would look like this one."""
    with pytest.raises(ProtocolError, match="4096 bytes"):
        decode(encode(Message(protocol.NOTE)).ljust(protocol.MESSAGE_MAX, b"x"), 0)


@given(st.integers(0, 2**63 - 1), st.none() | st.binary(min_size=1, max_size=80))
def test_an_answer_carries_the_step_and_its_challenge(step: int, challenge: bytes | None):
    """No challenge is due after the last step, and none is sent."""
    assert (step, challenge or b"") == protocol.read_answer(protocol.answer(step, challenge))
