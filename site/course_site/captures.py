"""Runs what the lessons show: every example, and every resume of the figure "What did you forget?".

    python -m course_site.captures [--check [--sample]]

For each lessons/exNN_name/lesson.toml it writes captured/example.txt and captured/cost.txt, which
are what example.py prints, captured/runs.json, which is what `grader.authoring.leave_out` saw,
captured/strip.json, which is what became of the unit's ways of saving, captured/figure.json, which
is what example.py prints for a figure of its own, and captured/source.txt, which names the
example.py and the torch that were run.
With ``--check`` it writes nothing and fails where a file is not what it would write. ``--sample``
asks this of a few resumes and ways only, and of an example that source.txt does not name.
"""

import argparse
import hashlib
import itertools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from grader import bits, course, lessons, survival
from grader.authoring.leave_out import Resumes
from grader.course import Exercise
from grader.errors import CourseError, GraderError
from grader.history import Phase
from grader.lessons import Box, Lesson
from grader.process.servers import ForkServers
from grader.report import strip
from grader.workloads.workload import COMPARED, PROGRAM

_DIGITS = 4  # of a loss; whether it is equal was decided on its bits
_ROUNDED = 0.0005  # what another processor's arithmetic may change in a loss
_EXAMPLE_SECONDS = 300
_DRAWN = re.compile(r"\.tmp\w{6}\b")  # safetensors draws this name anew for each file
_NOTHING = bits.digest(())
_SEED = 0
_SAMPLE = 9  # every so manieth resume
_SAMPLED_SAVERS = 5  # every so manieth way of saving


def unit_captures(
    lesson: Lesson, exercise: Exercise, servers: ForkServers, *, sample: bool = False
) -> dict[str, str]:
    """Return the contents of every file in a unit's captured/, by name.

    Of a *sample*, every few runs and savers are there, and an example that is not the one captured.

    Raises:
        CourseError: example.py fails; or a box names no item of a training's state.
    """
    example = lesson.folder / "example.py"
    made = {"source.txt": _source(example)}
    if not (sample and made["source.txt"] == _read(lesson.folder / "captured" / "source.txt")):
        made |= {"example.txt": _printed(example), "cost.txt": _printed(example, "--cost")}
        made |= {"figure.json": _printed(example, "--figure")} if lesson.figure else {}
    if lesson.boxes:
        made["runs.json"] = runs(exercise, lesson.boxes, servers, _SAMPLE if sample else 1)
    if lesson.savers:
        made["strip.json"] = strips(lesson.savers[:: _SAMPLED_SAVERS if sample else 1], servers)
    return made


def strips(savers: Sequence[Path], servers: ForkServers) -> str:
    """Return, as JSON, what a crash at each file call of each saver's second save leaves."""
    found = strip.to_json(survival.survive(savers, _SEED, servers=servers))
    text = "[\n" + ",\n".join(f" {_json(one)}" for one in found) + "\n]\n"
    return _DRAWN.sub(".tmp??????", text)


def runs(exercise: Exercise, boxes: Sequence[Box], servers: ForkServers, each: int = 1) -> str:
    """Return, as JSON, how an exercise's training resumes without *each* so manieth set of boxes.

    ``runs`` maps a place to resume at, and a subset, to what the process then did. A subset is a
    digit for each box, 1 where it is left out. The first of the two values has a hexadecimal number
    for each step, whose bit *i* says that item *i* differs from the baseline's, bit for bit; the
    second has the losses.
    """
    state = exercise.workload.state
    if strange := {item for box in boxes for item in box.items} - set(state):
        message = (
            f"lessons/{exercise.name}/lesson.toml: a box names {', '.join(sorted(strange))}. "
            f"Fix: name items of {', '.join(state)}"
        )
        raise CourseError(message)
    workload = exercise.workload
    with tempfile.TemporaryDirectory() as folder:
        resumes = Resumes(workload, servers, Path(folder))
        baseline = resumes.baseline
        held = [
            number
            for number in range(len(COMPARED))
            if any(step.digests[number] != _NOTHING for step in baseline.steps)
        ]
        places = [*itertools.product(resumes.positions, subsets(len(boxes)))][::each]
        found = {
            f"{at}/{subset}": _encoded(
                resumes.without(_left_out(boxes, subset), at), baseline, held
            )
            for at, subset in places
        }
    facts = {
        "unit": exercise.name,
        "steps": workload.steps,
        "epoch": workload.batches,
        "save_every": workload.save_every,
        "boxes": [{"label": box.label, "items": box.items} for box in boxes],
        "items": [COMPARED[number] for number in held],
        "losses": _losses(baseline),
    }
    return _lines(facts, found)


def subsets(boxes: int) -> Iterator[str]:
    """Yield every subset of so many boxes, nothing left out first."""
    yield from map("".join, itertools.product("01", repeat=boxes))


def _left_out(boxes: Sequence[Box], subset: str) -> set[str]:
    pairs = zip(boxes, subset, strict=True)
    return {item for box, digit in pairs if digit == "1" for item in box.items}


def _encoded(resumed: Phase, baseline: Phase, held: Sequence[int]) -> tuple[str, list[float]]:
    width = math.ceil(len(held) / 4)
    pairs = zip(resumed.steps, baseline.steps[resumed.start or 0 :], strict=True)
    masks = [
        sum(
            1 << bit
            for bit, number in enumerate(held)
            if ours.digests[number] != theirs.digests[number]
        )
        for ours, theirs in pairs
    ]
    return " ".join(f"{mask:0{width}x}" for mask in masks), _losses(resumed)


def _losses(phase: Phase) -> list[float]:
    if not all(math.isfinite(step.loss) for step in phase.steps):
        message = (
            "a loss of a figure is no number. Fix: choose boxes or a workload that keep it one"
        )
        raise CourseError(message)
    return [round(step.loss, _DIGITS) for step in phase.steps]


def _lines(facts: dict[str, Any], found: dict[str, Any]) -> str:
    """Return JSON with a line a fact and a line a run, so that a difference can be read."""
    head = [f" {json.dumps(name)}: {_json(held)}" for name, held in facts.items()]
    body = ",\n".join(f'  "{name}": {_json(held)}' for name, held in found.items())
    return "{\n" + ",\n".join(head) + ',\n "runs": {\n' + body + "\n }\n}\n"


def _json(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _source(example: Path) -> str:
    """Name what an example prints depends on: itself, and torch."""
    if not example.is_file():
        message = f"{example}: missing. Fix: write it; every unit has a runnable example"
        raise CourseError(message)
    digest = hashlib.sha256(example.read_bytes()).hexdigest()
    return f"{digest}  {example.name}, torch {version('torch').split('+')[0]}\n"


def _printed(example: Path, *arguments: str) -> str:
    """Return what an example prints."""
    ran = subprocess.run(  # noqa: S603 - a file of the course
        [sys.executable, example.name, *arguments],
        cwd=example.parent,
        capture_output=True,
        text=True,
        timeout=_EXAMPLE_SECONDS,
        check=False,
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["silent"])[-1]
        message = f"{example} {' '.join(arguments)}: exit code {ran.returncode}: {last}"
        raise CourseError(message)
    return ran.stdout


def capture(root: Path, *, check: bool = False, sample: bool = False) -> list[Path]:
    """Capture every unit of the course at *root*; return the files that were stale.

    With *check* they stay as they are, and a *sample* is enough.
    """
    stale: list[Path] = []
    with ForkServers(PROGRAM) as servers:
        for lesson in lessons.lessons(root):
            began = time.monotonic()
            exercise = course.find(lesson.name, root)
            made = unit_captures(lesson, exercise, servers, sample=check and sample)
            changed = [
                lesson.folder / "captured" / name
                for name, text in made.items()
                if not same(_read(lesson.folder / "captured" / name), text, part=sample)
            ]
            for path in [] if check else changed:
                path.parent.mkdir(exist_ok=True)
                path.write_text(made[path.name], encoding="utf-8", newline="\n")
            stale += changed
            took = time.monotonic() - began
            names = ", ".join(path.name for path in changed) or "nothing"
            _say(f"{lesson.name}: {took:.0f} s, {names} changed")
    return stale


def same(old: str, new: str, *, part: bool = False) -> bool:
    """Say whether a file need not be written again; with *part*, *new* is a part of it.

    On one processor the bytes are the same each time. Another one may sum in another order: then
    the same items differ in the same steps, and a loss may be rounded to another last digit.
    """
    if old == new or not (old and old[0] in "{[" and old[0] == new[:1]):
        return old == new
    try:
        held, made = json.loads(old), json.loads(new)
        if part:
            held = _part(held, made)
        if isinstance(made, list):
            return bool(held == made)
        ours, theirs = _split(held), _split(made)
    except (ValueError, KeyError, TypeError):
        return False
    gaps = (abs(a - b) for a, b in zip(ours[1], theirs[1], strict=False))
    return ours[0] == theirs[0] and max(gaps, default=0) <= _ROUNDED


def _part(held: Any, made: Any) -> Any:  # noqa: ANN401 - JSON
    """Return of runs.json or strip.json what *made* has, too."""
    if isinstance(made, list):
        names = {one["name"] for one in made}
        return [one for one in held if one["name"] in names]
    return held | {"runs": {name: held["runs"][name] for name in made["runs"]}}


def _split(facts: dict[str, Any]) -> tuple[dict[str, Any], list[float]]:
    """Take the losses out of runs.json; where each stood is left."""
    found = [facts["losses"], *(losses for _, losses in facts["runs"].values())]
    shape = {name: (differs, len(losses)) for name, (differs, losses) in facts["runs"].items()}
    plain = facts | {"losses": len(facts["losses"]), "runs": shape}
    return plain, [loss for losses in found for loss in losses]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Capture the course in the working directory; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m course_site.captures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    parser.add_argument("--sample", action="store_true", help="with --check, a few runs of each")
    asked = parser.parse_args()
    check = asked.check
    try:
        stale = capture(Path.cwd(), check=check, sample=asked.sample)
    except GraderError as problem:
        _say(str(problem))
        return 1
    for path in stale if check else ():
        _say(f"{path}: stale. Fix: run it without --check and read the difference")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
