"""The judge's loop over one process: hear its reports, answer, strike, see it end.

One poll loop over the report channel, the output pipe and the fork server. The conductor decides
at every report whether the process goes on; this file carries that out and sorts how it ended.
"""

import os
import select
import signal
import socket

from grader.errors import MachineError
from grader.history import Moment, Phase, Trouble
from grader.process import memory, protocol, reports, signals
from grader.process.conductor import Conductor, Supervisor
from grader.process.deadline import SLICE, Deadline
from grader.process.ending import LEAVES
from grader.process.listener import Listener
from grader.process.protocol import Message
from grader.process.readable import readable
from grader.process.servers import ForkServer, Job

_CHUNK = 1 << 16
# To the end of a process that was sent SIGKILL: dying takes a processor too.
_PATIENCE = 20.0  # seconds
_NOTES_MAX = 1000
_ACKNOWLEDGE_SECONDS = 10.0
_SOON = 0.02  # seconds; so long nothing comes before we look whether anything moves


def run_phase(
    server: ForkServer,
    job: Job,
    conductor: Conductor,
    exchange: int | None = None,
    supervisor: Supervisor | None = None,
) -> Phase:
    """Run one process to its end, by itself or by a strike, and return what happened.

    Raises:
        MachineError: the fork server failed; nothing can be said about the learner.
    """
    with server.lock:
        try:
            return _Watch(server, job, conductor, supervisor).run(exchange)
        except MachineError as problem:
            server.give_up(str(problem))  # whatever it says from now on belongs to this phase
            raise


class _Watch:
    """The state of the loop for one phase."""

    def __init__(
        self, server: ForkServer, job: Job, conductor: Conductor, supervisor: Supervisor | None
    ) -> None:
        self.server, self.job, self.conductor = server, job, conductor
        self.supervisor = supervisor
        self.listener: Listener | None = None
        self.phase = Phase(server.name)
        self.call = "none"
        self.ended = self.killed = False
        self.output = bytearray()
        self.pidfd = -1
        self.deadline = Deadline(0)

    def run(self, exchange: int | None) -> Phase:
        """Spawn, watch, reap."""
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pipe, out = os.pipe()
        given = [theirs.fileno(), out, *([] if exchange is None else [exchange])]
        try:
            try:
                _, self.pidfd = self.server.spawn(self.job, given)
            finally:
                theirs.close()
                os.close(out)
            self._listen()
            self._loop()
            self._conclude()
        except MachineError:
            self.killed = False
            self._kill()
            raise
        finally:
            self.channel.close()
            if self.listener:
                self.listener.close()
            for fd in {self.pipe, self.pidfd} - {-1}:
                os.close(fd)
        return self.phase

    def _listen(self) -> None:
        """Take over the child's system calls, where somebody supervises them."""
        if not self.supervisor:
            return
        self.supervisor.process = signals.process_of(self.pidfd)
        self.channel.settimeout(_ACKNOWLEDGE_SECONDS)
        self.listener = Listener.accept(self.channel)
        self.channel.settimeout(None)

    def _loop(self) -> None:
        poll = select.poll()
        if self.listener:
            poll.register(self.listener, select.POLLIN)
        control = self.server.control.fileno()
        for fd in (self.channel.fileno(), self.pipe, control):
            poll.register(fd, select.POLLIN)
        self.deadline = Deadline(self.job.limits.seconds)
        while True:
            left = self.deadline.left()
            if left <= 0:
                self._out_of_time()
                continue
            ready = self._ready(poll, left)
            if self.listener and (events := ready.get(self.listener.fileno(), 0)):
                if events & select.POLLIN:
                    self._supervise(self.listener)
                else:  # all of its threads have ended; its end is on the way
                    poll.unregister(self.listener)
            if self.pipe in ready and not self._read_output():
                poll.unregister(self.pipe)
            if self.channel.fileno() in ready and not self._read_report():
                poll.unregister(self.channel.fileno())
            # The server speaks last: whatever the child sent before its end is read by then.
            elif control in ready and self.channel.fileno() not in ready:
                self._drain()
                return

    def _supervise(self, listener: Listener) -> None:
        notification = listener.receive()
        if self.supervisor is None or notification is None or self.killed:
            return  # whoever was killed waits for no answer
        if self.supervisor.on_call(listener, notification, self.phase):
            self._kill()

    def _ready(self, poll: select.poll, left: float) -> dict[int, int]:
        """Wait for something to hear; where nothing moves but what is held, let that go."""
        held = self.supervisor if self.supervisor and self.supervisor.holds else None
        ready = dict(poll.poll(min(left, _SOON if held else SLICE) * 1000))
        if self.killed or ready or not held:
            return ready
        if signals.stays_still(held.process) and not self._attend():
            held.stands_still(self.phase)
        return ready

    def _out_of_time(self) -> None:
        if self.killed:
            message = f"a process that was sent SIGKILL did not end within {_PATIENCE:g} s"
            raise MachineError(message)
        self._stop("timeout", f"no end after {self.job.limits.seconds:g} s")

    def _read_output(self) -> bool:
        chunk = os.read(self.pipe, _CHUNK)
        room = self.job.limits.output_kib * 1024 - len(self.output)
        self.output += chunk[: max(room, 0)]
        if len(chunk) > room:
            self._stop("output", f"more than {self.job.limits.output_kib} KiB printed")
        return bool(chunk)

    def _read_report(self) -> bool:
        data = self._receive()
        if not data:
            return False
        if self.killed:
            return True
        try:
            message = protocol.decode(data, self.conductor.digests)
            self._hear(message)
        except protocol.ProtocolError as problem:
            self._stop("protocol", str(problem))
        return True

    def _receive(self) -> bytes:
        try:
            return self.channel.recv(protocol.MESSAGE_MAX)
        except ConnectionResetError:
            return b""

    def _hear(self, message: Message) -> None:
        kind = message.kind
        if kind == protocol.ENTER:
            self.call = message.call
        elif kind == protocol.NOTE:
            if len(self.phase.notes) == _NOTES_MAX:
                text = f"more than {_NOTES_MAX} notes"
                raise protocol.ProtocolError(text)
            self.phase.notes.append(readable(message.text.encode()))
        elif kind == protocol.ANSWER:
            if len(self.phase.answers) >= self.conductor.cases:
                text = "an answer that was not due"
                raise protocol.ProtocolError(text)
            self.phase.answers.append(message.text)
        elif kind == protocol.FAILED:
            self._trouble("raises", readable(message.text.encode()), message.call)
        else:
            moment = reports.note(message, self.phase, self.conductor.order)
            self.ended = self.ended or message.kind == protocol.END
            if moment.mark == "start" and not self.conductor.allows(moment.step):
                self._stop("start", f"training would start from step {moment.step}")
            if not self.killed:
                self._answer(moment)

    def _answer(self, moment: Moment) -> None:
        if self.conductor.settles(moment):
            self._settle()
            while not self.killed and self.supervisor and self.supervisor.reached(moment):
                self._settle()
            if self.killed:
                return
        if self.conductor.strikes(moment):
            self.phase.struck = moment
            self._kill()
            return
        if self.phase.told:
            self.phase.since.append(moment)
        self._tell(moment)
        if self.killed:
            return
        following = self.conductor.order.following(moment)
        challenge = None if following is None else self.conductor.challenge(following)
        try:
            self.channel.send(protocol.answer(following or 0, challenge))
        except (BrokenPipeError, ConnectionResetError):
            return  # it has died meanwhile; the server will say how

    def _tell(self, moment: Moment) -> None:
        """Send what is due at *moment*, and attend to whatever a handler does before it returns.

        A handler runs on top of the report that waits for our answer, so its own reports come
        first: answered later, each would take the answer of the one below.
        """
        for number, to_group in self.conductor.signals_at(moment):
            self.phase.told.append(moment)
            signals.tell(self.pidfd, number, to_group=to_group)
            self._settle()

    def _settle(self) -> None:
        """Hear all that the process does until it waits for us, or for what is held."""
        signals.settle(self.pidfd)
        while not self.killed and self._attend():
            signals.settle(self.pidfd)

    def _attend(self) -> bool:
        """Hear one report or one call that is there now; say whether there was any."""
        poll = select.poll()
        for one in (self.listener, self.channel) if self.listener else (self.channel,):
            poll.register(one.fileno(), select.POLLIN)
        ready = dict(poll.poll(0))
        if self.listener and ready.get(self.listener.fileno(), 0) & select.POLLIN:
            self._supervise(self.listener)
            return True
        return self.channel.fileno() in ready and self._read_report()

    def _trouble(self, kind: str, text: str, where: str | None = None) -> None:
        if self.phase.trouble is None and self.phase.struck is None:
            self.phase.trouble = Trouble(kind, where or self.call, text)

    def _stop(self, kind: str, text: str) -> None:
        self._trouble(kind, text)
        self._kill()

    def _kill(self) -> None:
        if self.killed or self.pidfd < 0:
            return
        self.killed = True
        self.deadline = Deadline(_PATIENCE)  # whatever was left of its own time
        # Its workers must die in the same instant: one that lived on for a millisecond could save.
        signals.send(self.pidfd, signal.SIGKILL, to_group=True)

    def _drain(self) -> None:
        os.set_blocking(self.pipe, False)
        self.channel.settimeout(0)
        for read in (self._read_report, self._read_output):
            try:
                while read():
                    pass
            except BlockingIOError:
                continue

    def _conclude(self) -> None:
        ending = self.server.ending()
        phase = self.phase
        phase.exit, phase.cpu, phase.survivors = ending.exit, ending.cpu, ending.survivors
        phase.output = readable(bytes(self.output))
        if phase.struck and ending.exit != -signal.SIGKILL:
            text = f"left with exit code {ending.exit} while it was told to wait at {phase.struck}"
            phase.struck = None
            self._trouble("exit", text)
        if ending.too_much_memory:
            mib = memory.PROCESSES * self.job.limits.memory_mib
            self._trouble("memory", f"its processes held more than {mib} MiB together")
        if self.killed or phase.trouble:
            return
        if phase.told and (ending.exit >= 0 or ending.exit in LEAVES):
            phase.left = ending.exit
        elif why := ending.by_itself(self.job.limits.seconds, ended=self.ended):
            self._trouble(*why)
