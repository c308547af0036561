"""Where is exercise 5: finds the exercises, and loads exercise.toml and check.py.

Nothing here imports torch, and ``grader list`` reads only the TOML.
"""

import importlib.util
import re
import sys
import tomllib
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from grader.checkers.trajectory import Checker
from grader.diagnosis import catalog
from grader.diagnosis.rules import Rule
from grader.errors import CourseError, UsageError
from grader.faults.crash import Family
from grader.faults.schedule import Schedule
from grader.history import Case
from grader.process.limits import Limits, on_device
from grader.workloads.workload import NO_TRAINING, Workload

_DIGITS_MAX = 5
NAME = re.compile(r"ex(\d{2})_[a-z0-9_]+")
_FACTS = {
    "title": "a text",
    "minutes": "a whole number",
    "difficulty": "a text",
    "edit": "a list of texts",
    "functions": "a list of texts",
    "teaches": "a list of texts",
    "hints": "a list of texts",
    "devices": "a list of texts",
    "limits": "a table of numbers",
    "diagnosis": "a table of tables",
}
_OPTIONAL = {"devices", "limits", "diagnosis"}


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of an exercise: which faults are tried, and what must hold after each.

    Attributes:
        title: the promise as the learner reads it.
        points: what it is worth.
        faults: the schedules, given the workload.
        holds: the checkers, in the order in which they are asked.
        crashes: schedules that follow from what the program was seen doing to its files; only
            where system calls can be watched.
    """

    title: str
    points: int
    faults: Callable[[Workload], list[Schedule]]
    holds: Sequence[Checker]
    crashes: Sequence[Family] = ()


@dataclass(frozen=True)
class Exercise:
    """One exercise, as its folder says.

    Attributes:
        devices: where it can be trained in new interpreters, beside warm ones on the CPU.
        device: the one of them that was chosen, "" for the warm ones.
    """

    folder: Path
    title: str
    minutes: int
    difficulty: str
    edit: tuple[str, ...]
    functions: tuple[str, ...]
    teaches: tuple[str, ...]
    hints: tuple[str, ...]
    devices: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    diagnoses: dict[str, catalog.Entry] = field(default_factory=dict)
    device: str = ""

    @property
    def name(self) -> str:
        """The folder's name, the same under lessons, exercises and solutions."""
        return self.folder.name

    @property
    def number(self) -> int:
        """The exercise's number."""
        return int(self.name[2:4])

    @property
    def root(self) -> Path:
        """The course that this exercise belongs to."""
        return self.folder.parent.parent

    @property
    def stub(self) -> Path:
        """The file that a learner starts from."""
        return self.folder / self.edit[0]

    @property
    def solution(self) -> Path:
        """The worked solution."""
        return self.root / "solutions" / self.name / self.edit[0]

    @property
    def calls(self) -> Path:
        """The file that calls the learner's functions."""
        return self.folder / "calls.py"

    @cached_property
    def checked(self) -> types.ModuleType:
        """The exercise's check.py: CHECKS, RULES, and WORKLOAD or CASES."""
        module = load_module(self.folder / "check.py", f"check_{self.name}")
        subject = "CASES" if hasattr(module, "CASES") else "WORKLOAD"
        for wanted in (subject, "CHECKS", "RULES"):
            if not hasattr(module, wanted):
                message = f"{self.folder / 'check.py'}: {wanted} is missing; every check.py has it"
                raise CourseError(message)
        return module

    @property
    def trains(self) -> bool:
        """Whether a training is killed; else the learner's functions are asked cases."""
        return not hasattr(self.checked, "CASES")

    @property
    def workload(self) -> Workload:
        """What is trained."""
        workload: Workload = self.checked.WORKLOAD if self.trains else NO_TRAINING
        return workload.with_settings(device=self.device) if self.device else workload

    def on(self, device: str) -> Self:
        """Return the same exercise, to be trained on *device* in new interpreters.

        Raises:
            UsageError: it cannot be.
        """
        if device not in self.devices:
            those = [each.name[:4] for each in exercises(self.root) if device in each.devices]
            has = f"exercises that can be trained on it: {', '.join(those) or 'none'}"
            message = f"--device {device}: not with {self.name[:4]}; {has}"
            raise UsageError(message)
        return replace(self, device=device, limits=on_device(self.limits))

    def cases(self, seed: int) -> dict[str, Case]:
        """Return what the learner's functions are asked, by name; nothing where a training is."""
        asked: dict[str, Case] = {} if self.trains else self.checked.CASES(seed)
        return asked

    @property
    def checks(self) -> Sequence[Check]:
        """What must hold."""
        checks: Sequence[Check] = self.checked.CHECKS
        return checks

    @property
    def rules(self) -> Sequence[Rule]:
        """Which evidence points to which diagnosis, beyond the general rules."""
        rules: Sequence[Rule] = self.checked.RULES
        return rules

    def entry(self, diagnosis: str) -> catalog.Entry:
        """Return the words of a diagnosis.

        Raises:
            CourseError: nobody has written them.
        """
        known = {**catalog.shared(), **self.diagnoses}
        if diagnosis not in known:
            message = f"{self.folder / 'exercise.toml'}: no [diagnosis.{diagnosis}]"
            raise CourseError(message)
        return known[diagnosis]


def asked(names: Sequence[str]) -> Callable[[Workload], list[Schedule]]:
    """Return the schedules of a check that asks these cases, for `Check.faults`."""
    return lambda _: [Schedule(case=name) for name in names]


def course_root() -> Path:
    """Return the folder that holds exercises/: a checkout, or the course inside an installation."""
    package = Path(__file__).resolve().parent
    for root in (package.parent, package / "_course"):
        if (root / "exercises").is_dir():
            return root
    message = f"no exercises beside {package}; reinstall exact-resume"
    raise CourseError(message)


def exercises(root: Path | None = None) -> list[Exercise]:
    """Return every exercise, by number."""
    found = sorted((root or course_root()).glob("exercises/ex*/exercise.toml"))
    return [read_exercise(path.parent) for path in found]


def find(text: str, root: Path | None = None) -> Exercise:
    """Return the exercise that a person means by its name, ``ex01``, ``01`` or ``1``.

    Raises:
        UsageError: there is none, or more than one.
    """
    known = exercises(root)
    digits = text.lower().removeprefix("ex")
    if digits.isdecimal() and len(digits) < _DIGITS_MAX:  # ex1 is the first, and never ex10
        matching = [exercise for exercise in known if exercise.number == int(digits)]
    else:
        matching = [exercise for exercise in known if exercise.name.startswith(text)]
    if len(matching) != 1:
        names = ", ".join(exercise.name for exercise in known)
        message = f"no exercise is called {text!r}; there are {names}"
        raise UsageError(message)
    return matching[0]


def read_exercise(folder: Path) -> Exercise:
    """Return the exercise of a folder.

    Raises:
        CourseError: exercise.toml is broken; the message names the key and the rule.
    """
    path = folder / "exercise.toml"
    try:
        facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        message = f"{path}: not TOML: {problem}"
        raise CourseError(message) from problem
    if missing := set(_FACTS) - _OPTIONAL - set(facts):
        message = f"{path}: {', '.join(sorted(missing))} missing; every exercise states it"
        raise CourseError(message)
    if strange := set(facts) - set(_FACTS):
        message = f"{path}: {', '.join(sorted(strange))} is no key of an exercise; remove it"
        raise CourseError(message)
    for key, held in facts.items():
        if not _is(held, _FACTS[key]):
            message = f"{path}: {key} is {held!r}; it must be {_FACTS[key]}, and not an empty one"
            raise CourseError(message)
    limits = facts.pop("limits", {})
    if strange := set(limits) - {held.name for held in fields(Limits)}:
        message = f"{path}: [limits] {', '.join(sorted(strange))} is no limit; remove it"
        raise CourseError(message)
    diagnoses = catalog.read(facts.pop("diagnosis", {}), path)
    plain: dict[str, Any] = {
        key: tuple(held) if isinstance(held, list) else held for key, held in facts.items()
    }
    return Exercise(folder, **plain, limits=Limits(**limits), diagnoses=diagnoses)


def _is(held: object, kind: str) -> bool:
    """Say whether a value of exercise.toml is of the kind that its key asks for."""
    if kind == "a text":
        return isinstance(held, str)
    if kind == "a whole number":
        return isinstance(held, int) and not isinstance(held, bool)
    if kind == "a list of texts":
        return isinstance(held, list) and bool(held) and all(isinstance(one, str) for one in held)
    within = int | float if kind == "a table of numbers" else dict
    return isinstance(held, dict) and all(isinstance(one, within) for one in held.values())


def load_module(path: Path, name: str) -> types.ModuleType:
    """Return a file of the course as a module.

    Raises:
        CourseError: it cannot be loaded; the message says why.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        message = f"{path}: no such Python file"
        raise CourseError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        message = f"{path}: {type(problem).__name__}: {problem}"
        raise CourseError(message) from problem
    return module
