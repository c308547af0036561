"""The part inside the child: it reports each moment and step, and waits for the judge's answer.

Learner code shares this interpreter and can send anything it likes. That is harmless: it does not
know the right digests, and without the judge's challenge it cannot compute them.
"""

import socket
from collections.abc import Sequence

from grader.process import protocol
from grader.process.protocol import Message


class Probe:
    """Reports to the judge over *channel*; all but the one-way reports block until answered."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._challenge: tuple[int, bytes] = (-1, b"")

    def enter(self, call: str) -> None:
        """Say whose code runs next: one of `grader.history.CALLS`."""
        self._channel.send(protocol.encode(Message(protocol.ENTER, call=call)))

    def note(self, text: str) -> None:
        """Add an observation to the phase; only the diagnosis reads it."""
        self._channel.send(protocol.encode(Message(protocol.NOTE, text=text)))

    def answer(self, text: str) -> None:
        """Say what the learner's functions answered to the next case."""
        self._channel.send(protocol.encode(Message(protocol.ANSWER, text=text)))

    def failed(self, call: str, text: str) -> None:
        """Report an exception that ended the phase."""
        self._channel.send(protocol.encode(Message(protocol.FAILED, call=call, text=text)))

    def loaded(self, position: int) -> None:
        """Report the position that training starts from; returns once the judge allows it."""
        self._ask(Message(protocol.LOADED, position))

    def mark(self, step: int, mark: str) -> None:
        """Report a moment of *step*; returns unless the judge strikes there."""
        self._ask(Message(protocol.MARK, step, mark))

    def step(self, step: int, loss: float, digests: Sequence[bytes]) -> None:
        """Report a finished step with the digests of all items."""
        self._ask(Message(protocol.STEP, step, "step", loss, tuple(digests)))

    def end(self, position: int) -> None:
        """Report the end of training."""
        self._ask(Message(protocol.END, position, "end"))

    def challenge(self, step: int) -> bytes:
        """Return the challenge of *step*, which came with the answer to the report before it."""
        at, challenge = self._challenge
        if at != step or not challenge:
            message = f"no challenge for step {step}: the judge sent the one of step {at}"
            raise protocol.ProtocolError(message)
        return challenge

    def _ask(self, message: Message) -> None:
        self._channel.send(protocol.encode(message))
        data = self._channel.recv(protocol.MESSAGE_MAX)
        if not data:
            # The judge has closed the channel: this phase is over, and its kill is on the way.
            raise SystemExit(1)
        step, challenge = protocol.read_answer(data)
        if challenge:
            self._challenge = (step, challenge)
