"""Which fault, at which moment: schedules as plain data, printable, parsable, shrinkable.

A schedule is a row of strikes, one for each process of a trial; the process after the last strike
is left to end. Its id says it all, and ``grader run EX --fault ID`` carries out just that one:

    none                          nothing strikes
    kill@12:backward              SIGKILL at that moment, then one resume
    kill@12:backward,13:step      the resumed process is killed too
    resume@hidden=24              a finished run is resumed with another setting
"""

import re
from dataclasses import dataclass
from typing import Self

from grader.errors import UsageError
from grader.history import MARKS, Moment

_MOMENT = re.compile(r"([0-9]{1,9}):([a-z]+)")
_SETTING = re.compile(r"([a-z_]+)=([\w.+-]{1,40})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The faults of one trial.

    Attributes:
        strikes: the moments of SIGKILL, one a process, in order.
        setting: (name, value) that the last process is started with instead of the workload's own.
    """

    strikes: tuple[Moment, ...] = ()
    setting: tuple[str, int | float | str] | None = None

    @property
    def kind(self) -> str:
        """What the id starts with: "none", "kill" or "resume"."""
        return self.id.partition("@")[0]

    @property
    def id(self) -> str:
        """The schedule as text, which `parse` reads back."""
        if self.setting:
            name, value = self.setting
            return f"resume@{name}={value}"
        if not self.strikes:
            return "none"
        return "kill@" + ",".join(map(str, self.strikes))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the schedule of an id.

        Raises:
            UsageError: the text is no id.
        """
        kind, _, rest = text.partition("@")
        if text == "none":
            return cls()
        if kind == "kill" and rest:
            return cls(tuple(_moment(part, text) for part in rest.split(",")))
        if kind == "resume" and (setting := _SETTING.fullmatch(rest)):
            return cls(setting=(setting[1], _number(setting[2])))
        raise UsageError(_refusal(text, "it starts with neither none, kill@ nor resume@name=value"))


def _moment(text: str, whole: str) -> Moment:
    found = _MOMENT.fullmatch(text)
    if not found:
        raise UsageError(_refusal(whole, f"{text!r} is not STEP:MARK"))
    if found[2] not in MARKS:
        raise UsageError(_refusal(whole, f"{found[2]!r} is none of {', '.join(MARKS)}"))
    return Moment(int(found[1]), found[2])


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _refusal(text: str, why: str) -> str:
    return f"--fault {text!r}: {why}. An id looks like kill@12:backward; a report prints its own."
