"""The learner's schedule: a text file with a fault a line, its stub, and what a unit offers.

What is offered follows from the workload and from the sorts of faults that the zoo's own solution
has; the stub lists it, and a schedule drawn at random is drawn from it.
"""

import random
from pathlib import Path

from grader.errors import UsageError
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.history import FILE_CALLS, Moment
from grader.workloads.workload import WORKERS, Workload
from grader.zoo import places
from grader.zoo.trainers import Zoo

_WHICH = ("", "2", "-1")
_DAMAGES = ("flip", "cut", "empty", "gone")
_DISK = ("ENOSPC", "EIO", "ENOSPC+")
_SETTINGS = {"hidden": "24", "activation": "tanh", "learning_rate": "0.02", "batch_size": "16"}

_EXAMPLES = {
    "none": ("none", "nothing strikes"),
    "kill": ("kill@{step}:backward", "SIGKILL there, then one resume"),
    "kill 2 times": ("kill@{step}:backward,{later}:step", "the resumed process is killed, too"),
    "kill 3 times": ("kill@{step}:step,{step}:step,{later}:step", "and the one after it"),
    "kill with workers": ("kill@{step}:step+2workers", "while two workers load the data"),
    "kill with workers 2 times": (
        "kill@{step}:backward,{later}:step+2workers",
        "twice, and two workers load the data",
    ),
    "kill in a save": ("kill@{save}:rename", "SIGKILL right before the first rename"),
    "kill in a save 2 times": ("kill@{save}:rename,{save}:write", "twice, in two processes"),
    "kill in a save 3 times": ("kill@{save}:open,{save}:open,{save}:open", "in three processes"),
    "torn": ("torn@{save}:write-1=most", "SIGKILL inside the last write"),
    "power": ("power@{save}:save=ext4.empty", "the power fails when the save has returned"),
    "power after a flush that failed": (
        "power@{save}:save=ext4.empty,EIO@{save}:flush",
        "a flush fails, and later the power",
    ),
    "damage": ("damage@{save}:save=flip.0", "a bit of the newest checkpoint's first file"),
    "damage 2 times": ("damage@{save}:rename,{save}:save=flip.0", "a kill, a resume, a damage"),
    "disk": ("disk@{save}:write=ENOSPC", "a call fails: ENOSPC, EIO; with a + all later ones"),
    "resume": ("resume@hidden=24", "a finished run is resumed with another setting"),
}


def read(zoo: Zoo, path: Path) -> list[str]:
    """Return the faults in a file.

    Raises:
        UsageError: there is none, there are too many, or one does not fit; the message says which.
    """
    found = places.lines(path.read_text(encoding="utf-8", errors="replace"))
    for number, text in found.items():
        try:
            _fits(places.placeless(text), zoo.exercise.workload)
        except UsageError as problem:
            message = f"{path}:{number}: {text!r}: {problem}"
            raise UsageError(message) from problem
    faults = list(dict.fromkeys(found.values()))
    if not faults:
        message = f"{path}: no fault in it; write up to {zoo.limit}, one a line"
        raise UsageError(message)
    if len(faults) > zoo.limit:
        message = f"{path}: {len(faults)} faults; at most {zoo.limit} are allowed: leave some out"
        raise UsageError(message)
    return faults


def _fits(schedule: Schedule, workload: Workload) -> None:
    """Raise a UsageError where no training of this workload comes to such a moment."""
    if schedule.setting and schedule.setting[0] not in workload.config():
        message = f"no setting is called {schedule.setting[0]}; try {', '.join(workload.config())}"
        raise UsageError(message)
    known = set(kill.moments(workload))
    at = [*schedule.strikes, *([schedule.disk.at] if schedule.disk else [])]
    for number, moment in enumerate(at):
        in_save = moment.mark == "call" and workload.saves_after(moment.step)
        resumed = number > 0 and moment.mark in {"start", "load"} and moment.step < workload.steps
        if not (in_save or resumed or moment in known or moment.mark in FILE_CALLS[:1]):
            saves = ", ".join(str(step) for step in _saves(workload))
            message = (
                f"the training has no moment {moment.step}:{moment.mark}: its steps are 0 to "
                f"{workload.steps - 1}, saves follow on {saves}"
            )
            raise UsageError(message)


def stub(zoo: Zoo, command: str) -> str:
    """Return the file that a learner begins with: what may be written, and one fault."""
    workload, exercise = zoo.exercise.workload, zoo.exercise
    saves = _saves(workload)
    marks = dict.fromkeys(at.mark for at in kill.moments(workload) if at.mark not in _EDGES)
    blanks = {"step": saves[1] + 1, "later": saves[1] + 2, "save": saves[-1]}
    examples = [_EXAMPLES[name] for name in zoo.forms]
    width = max(len(example.format(**blanks)) for example, _ in examples)
    told = [f"    {example.format(**blanks):{width}}  {words}" for example, words in examples]
    in_save = any(places.placeless(text).in_save for one in zoo.forms.values() for text in one)
    text = [
        f"Find the kill: {exercise.name}",
        "",
        f"{len(zoo.wrong)} trainers, and each resumes wrongly, but only sometimes. Write up to",
        f"{zoo.limit} faults, one a line, that expose all: {command} find {exercise.name[:4]}",
        "No honest trainer may be blamed. What follows a # is a remark.",
        "",
        f"The training: {workload.epochs} epochs of {workload.batches} steps, counted from 0.",
        f"It saves after the steps {', '.join(map(str, saves))}.",
        f"Moments of a step: {', '.join(marks)}; and save, where one follows.",
        f"Before the first step it is 0:start, and {workload.steps}:end when all are done.",
        "",
        "Such faults are enough:",
        *told,
        *(_of_saves(zoo) if in_save else []),
    ]
    lines = [f"# {line}".rstrip() for line in text]
    return "\n".join([*lines, "", examples[0][0].format(**blanks), ""])


_EDGES = ("start", "save", "end")


def _of_saves(zoo: Zoo) -> list[str]:
    """Return what a stub says about places in a save."""
    kinds = {name.split()[0] for name in zoo.forms}
    text = [
        "",
        f"A place in a save is what the next call does: {', '.join(places.CALLS)}.",
        "rename2 is before the second rename of that save, rename-1 before its last. A trainer",
        "that makes no such call is not struck, which exposes nobody. Step:save is when the",
        "save has returned.",
    ]
    if "torn" in kinds:
        text += ["", "Of a torn write is there:", *_listed(places.TORN)]
    if "power" in kinds:
        words = {word: f"of every file that is not flushed: {told}" for word, told in _LOST.items()}
        words |= places.NAMES
        text += ["", "What the power takes, as ext4. or as posix. has it:", *_listed(words)]
    if "damage" in kinds:
        text += ["", f"Damages are {', '.join(_DAMAGES)} and early (its time is set back), and the"]
        text += ["number of the file among those of the newest checkpoint, from 0, by name."]
    return text


_LOST = {
    **places.POWER,
    "empty": "no byte",
    "half": "its first half",
    "stale": "what was flushed before",
}


def _listed(words: dict[str, str]) -> list[str]:
    return [f"    {word:6} {told}" for word, told in words.items()]


def at_random(zoo: Zoo, chance: random.Random) -> str:
    """Return one fault, drawn from those that the stub offers: first its form, then the rest."""
    return _draw(chance.choice(sorted(zoo.forms)), zoo.exercise.workload, chance)


def _draw(name: str, workload: Workload, chance: random.Random) -> str:  # noqa: PLR0911 - a form each
    kind, *more = name.split()
    times = int(more[-2]) if name.endswith("times") else 1
    if kind == "resume":
        setting, value = chance.choice(sorted(_SETTINGS.items()))
        return f"resume@{setting}={value}"
    if kind == "kill" and "save" not in name:
        moments = sorted(chance.choices(kill.moments(workload)[:-1], k=times), key=_order)
        loading = f"+{WORKERS}workers" if "with workers" in name else ""
        return f"kill@{','.join(map(str, moments))}{loading}"
    if kind == "damage":
        first = [_place(workload, chance) for _ in range(times - 1)]
        where = ",".join([*first, f"{chance.choice(_saves(workload))}:save"])
        return f"damage@{where}={chance.choice(_DAMAGES)}.{chance.choice('001')}"
    if kind == "disk":
        return f"disk@{_place(workload, chance)}={chance.choice(_DISK)}"
    if kind == "torn":
        step = chance.choice(_saves(workload))
        return f"torn@{step}:write{chance.choice(_WHICH)}={chance.choice(list(places.TORN))}"
    if kind == "power":
        after = f"{chance.choice(_saves(workload))}:save"
        at = chance.choice([_place(workload, chance), after])
        word = chance.choice([*places.POWER, *places.NAMES])
        failing = f",EIO@{chance.choice(_saves(workload))}:flush" if "failed" in name else ""
        return f"power@{at}={chance.choice(('ext4', 'posix'))}.{word}{failing}"
    return f"kill@{','.join(_place(workload, chance) for _ in range(times))}"


def _place(workload: Workload, chance: random.Random) -> str:
    step, word = chance.choice(_saves(workload)), chance.choice(list(places.CALLS))
    return f"{step}:{word}{chance.choice(_WHICH)}"


def _saves(workload: Workload) -> list[int]:
    return [step for step in range(workload.steps) if workload.saves_after(step)]


def _order(moment: Moment) -> tuple[int, str]:
    return moment.step, moment.mark
