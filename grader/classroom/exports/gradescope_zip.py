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

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from grader.classroom.exports.gradescope import by_hand, results
from grader.course import Exercise
from grader.errors import UsageError

_SCRIPTS = Path(__file__).with_name("autograder")
_SOLUTIONS = "grader/_course/solutions/"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip cannot say "no time"
_MINUTES = 9
_WHEEL = re.compile(r"exact_resume-[\w.!+]+-py3-none-any\.whl")


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
    if not _WHEEL.fullmatch(wheel.name):
        message = f"{wheel}: not a wheel of exact-resume; make one with: pip wheel --no-deps ."
        raise UsageError(message)
    reason = f"the autograder did not finish within {minutes} minutes, or failed; see its output"
    files = {
        "constraints.txt": constraints.encode(),
        "failed.json": results(by_hand(exercise, reason)).encode(),
        "requirements.txt": "".join(f"{line}\n" for line in (*requirements, f"./{wheel.name}"))
        .encode(),
        "settings": f"EXERCISE={exercise.name}\nMINUTES={minutes:d}\n".encode(),
        wheel.name: without_solutions(wheel),
    }  # fmt: skip
    scripts = {script.name: script.read_bytes() for script in sorted(_SCRIPTS.iterdir())}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (scripts | files).items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = (0o100755 if name in scripts else 0o100644) << 16
            made.writestr(info, content)
    return out.getvalue()


def without_solutions(wheel: Path) -> bytes:
    """Return the wheel without the worked solutions; what it says of itself stays true.

    Raises:
        UsageError: the file cannot be read as a wheel.
    """
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(out, "w") as made:
            for info in whole.infolist():
                content = whole.read(info)
                if info.filename.startswith(_SOLUTIONS):
                    continue
                if info.filename.endswith(".dist-info/RECORD"):
                    content = _record_without_solutions(content)
                made.writestr(info, content, zipfile.ZIP_DEFLATED)
    except (OSError, zipfile.BadZipFile) as problem:
        message = f"{wheel}: {problem}; make a wheel with: pip wheel --no-deps ."
        raise UsageError(message) from problem
    return out.getvalue()


def _record_without_solutions(record: bytes) -> bytes:
    """Return the wheel's list of its files, without the solutions."""
    rows = csv.reader(io.StringIO(record.decode(), newline=""))
    out = io.StringIO(newline="")
    kept = [row for row in rows if row and not row[0].startswith(_SOLUTIONS)]
    csv.writer(out, lineterminator="\n").writerows(kept)
    return out.getvalue().encode()
