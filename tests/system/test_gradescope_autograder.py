"""The zip for Gradescope, unpacked and run as Gradescope does, with the present interpreter."""

import base64
import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from zipfile import ZipFile

import pytest

from grader import course
from grader.classroom.exports.gradescope_zip import autograder_zip
from grader.errors import UsageError

EXERCISE = course.find("ex01")
MISTAKE = EXERCISE.root / "solutions" / EXERCISE.name / "mistakes" / "missing_optimizer.py"
SOLUTION = "grader/_course/solutions/ex01/checkpoint.py"
ABOUT = "exact_resume-0.0.1.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return a wheel with a solution in it, small and without requirements."""
    files = {
        "grader/__init__.py": b"WHO = 'the installed one'\n",
        SOLUTION: b"print('the answer')\n",
        f"{ABOUT}/METADATA": b"Metadata-Version: 2.1\nName: exact-resume\nVersion: 0.0.1\n",
        f"{ABOUT}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = io.StringIO()
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        csv.writer(record).writerow([name, f"sha256={digest}", len(content)])
    csv.writer(record).writerow([f"{ABOUT}/RECORD", "", ""])
    path = tmp_path_factory.mktemp("wheel") / "exact_resume-0.0.1-py3-none-any.whl"
    with ZipFile(path, "w") as made:
        for name, content in {**files, f"{ABOUT}/RECORD": record.getvalue().encode()}.items():
            made.writestr(name, content)
    return path


@pytest.fixture
def unpack(wheel, tmp_path):
    """Return a function that lays out a new /autograder, with these files handed in."""

    def at(name, **submission):
        root = tmp_path / name
        (root / "submission").mkdir(parents=True)
        with ZipFile(io.BytesIO(autograder_zip(EXERCISE, wheel, ""))) as held:
            held.extractall(root / "source")
        for stem, path in submission.items():
            (root / "submission" / f"{stem}.py").write_bytes(path.read_bytes())
        return root

    return at


def start(script, root, python=sys.executable):
    """Start a script of the zip as Gradescope does, in the folder that stands for /autograder."""
    return subprocess.Popen(
        ["bash", root / "source" / script],
        cwd=root,
        env=os.environ | {"AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": str(python)},
    )


def results(root):
    """Return what Gradescope would find; nothing half-written lies beside it."""
    assert ["results.json"] == [path.name for path in (root / "results").iterdir()]
    return json.loads((root / "results" / "results.json").read_bytes())


@pytest.mark.slow
def test_a_right_submission_gets_all_points_and_a_wrong_one_fewer(unpack):
    """The file that the exercise names is graded, else the only one there is."""
    right = unpack("right", checkpoint=EXERCISE.solution, notes=MISTAKE)
    wrong = unpack("wrong", my_answer=MISTAKE)

    started = [start("run_autograder", root) for root in (right, wrong)]

    assert [0, 0] == [process.wait() for process in started]
    passed, failed = results(right), results(wrong)
    assert (10, {"passed"}) == (passed["score"], {test["status"] for test in passed["tests"]})
    assert failed["score"] < 10
    assert "missing_optimizer" in {test["output"] for test in failed["tests"]}
    assert failed["output"].startswith("FAIL")


@pytest.mark.parametrize(
    ("submission", "says"),
    [({}, "no Python file"), ({"a": MISTAKE, "b": MISTAKE}, "there is: a.py, b.py")],
)
def test_what_cannot_be_graded_gets_no_number(unpack, submission, says):
    root = unpack("odd", **submission)

    assert 0 == start("run_autograder", root).wait()
    made = results(root)
    assert "score" not in made
    assert "hand in one file called checkpoint.py" in made["output"]
    assert says in made["output"]


def test_results_are_there_even_if_the_grader_dies(unpack):
    """An old results.json does not stand in for the new one either."""
    root = unpack("dead", checkpoint=EXERCISE.solution)
    (root / "results").mkdir()
    (root / "results" / "results.json").write_text('{"score": 10}')

    assert 0 == start("run_autograder", root, python="/bin/false").wait()
    made = results(root)
    assert "score" not in made
    assert made["output"].startswith("NOT GRADED YET")


def test_setup_installs_the_wheel_without_the_solutions(unpack):
    root = unpack("set_up")

    assert 0 == start("setup.sh", root).wait()
    asked = (
        "import grader, importlib.metadata as m; print(grader.WHO);"
        "print(all(f.locate().exists() for f in m.files('exact-resume')))"
    )
    said = subprocess.check_output([root / "venv/bin/python", "-P", "-c", asked], cwd=root)
    assert ["the installed one", "True"] == said.decode().splitlines()
    assert not list((root / "venv").rglob("_course"))


def test_the_zip_is_as_gradescope_wants_it_and_always_the_same(wheel):
    made = autograder_zip(EXERCISE, wheel, "torch==2.13.0\n", requirements=["--pre"], minutes=4)

    with ZipFile(io.BytesIO(made)) as held:
        for script in ("setup.sh", "run_autograder"):
            assert 0o100755 == held.getinfo(script).external_attr >> 16
            assert held.read(script).startswith(b"#!/usr/bin/env bash\n")
        assert b"torch==2.13.0\n" == held.read("constraints.txt")
        assert f"--pre\n./{wheel.name}\n".encode() == held.read("requirements.txt")
        assert b"EXERCISE=ex01_first_checkpoint\nMINUTES=4\n" == held.read("settings")
        with ZipFile(io.BytesIO(held.read(wheel.name))) as inner:
            assert SOLUTION not in inner.namelist()
            assert SOLUTION.encode() not in inner.read(f"{ABOUT}/RECORD")
    assert made == autograder_zip(
        EXERCISE, wheel, "torch==2.13.0\n", requirements=["--pre"], minutes=4
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("other-1.0-py3-none-any.whl", "not a wheel of exact-resume"),
        ("exact_resume-1.0-py3-none-any.whl", "not a zip file"),
    ],
)
def test_what_is_no_wheel_of_ours_is_refused(tmp_path, name, says):
    (tmp_path / name).write_text("no wheel")

    with pytest.raises(UsageError, match=says):
        autograder_zip(EXERCISE, tmp_path / name, "")
