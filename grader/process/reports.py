"""What a report says of a process: noted, and held against what is due.

A report left out would be a moment at which no kill can strike, so each must be the very one.
"""

from grader.history import Moment, Phase, Step
from grader.process import protocol
from grader.process.conductor import Order
from grader.process.protocol import Message

_KINDS = {"step": protocol.STEP, "end": protocol.END}  # all other moments are bare marks


def note(message: Message, phase: Phase, order: Order) -> Moment:
    """Add what a report says to *phase*; return the moment that it is about.

    Raises:
        ProtocolError: another report was due, or none.
    """
    if message.kind == protocol.LOADED:
        if phase.start is not None:
            text = f"training said twice that it starts, now from {message.step}"
            raise protocol.ProtocolError(text)
        phase.start = message.step
        order.starts(message.step)
        return Moment(message.step, "start")
    moment = Moment(message.step, message.mark)
    if message.kind != _KINDS.get(moment.mark, protocol.MARK) or not order.takes(moment):
        text = f"a report of {moment} when {order.due()}"
        raise protocol.ProtocolError(text)
    if message.kind == protocol.STEP:
        phase.steps.append(Step(message.step, message.loss, message.digests))
    elif moment.mark == "save":
        phase.saved = message.step + 1
        phase.saves.append(phase.saved)
    phase.acknowledged = max(phase.acknowledged, order.acknowledged(moment) or 0)
    return moment
