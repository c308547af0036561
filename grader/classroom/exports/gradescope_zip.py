"""The autograder that Gradescope runs: a zip with our wheel, what it needs, and two scripts.

Read in gradescope/autograder_samples, docs/specs.md and docs/troubleshooting.md: setup.sh and
run_autograder lie at the zip's root; it is unpacked to /autograder/source; run_autograder is copied
to /autograder and started there for each submission. The defaults are half a core, 768 MB and ten
minutes; past the time limit a submission gets 0. Give the assignment two cores and more memory, and
keep *minutes* below its time limit: then it is ours that ends, and a person grades.

There is no sandbox inside that container: a submission runs with the autograder's rights. So the
worked solutions are taken out of the wheel, and results.json is written when everything that the
submission started has ended.
"""

from collections.abc import Sequence
from pathlib import Path

from grader.classroom import wheels
from grader.classroom.exports.gradescope import by_hand, results
from grader.course import Exercise

_SCRIPTS = Path(__file__).with_name("autograder")
_MINUTES = 9


def autograder_zip(
    exercise: Exercise,
    wheel: Path,
    constraints: str,
    *,
    requirements: Sequence[str] = (),
    minutes: int = _MINUTES,
) -> bytes:
    """Return the zip for one exercise; the same input gives the same bytes.

    *constraints* is the text of a constraints file, as ``.ci/constraints.txt``. *requirements* are
    further lines of a requirements file: options that choose the CPU build of torch, for instance,
    because setup.sh otherwise takes whichever build pip prefers.

    Raises:
        UsageError: the wheel is not ours, or not a wheel.
    """
    name, content = wheels.without_solutions(wheel)
    reason = f"the autograder did not finish within {minutes} minutes, or failed; see its output"
    files = {
        "constraints.txt": constraints.encode(),
        "failed.json": results(by_hand(exercise, reason)).encode(),
        "requirements.txt": "".join(f"{line}\n" for line in (*requirements, f"./{name}"))
        .encode(),
        "settings": f"EXERCISE={exercise.name}\nMINUTES={minutes:d}\n".encode(),
        name: content,
    }  # fmt: skip
    scripts = {script.name: script.read_bytes() for script in sorted(_SCRIPTS.iterdir())}
    return wheels.packed(scripts | files, programs=tuple(scripts))
