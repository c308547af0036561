"""Thirty simulated students: what each hands in as a notebook, and what that must earn.

Seventeen are the ways in which notebooks go wrong, nine attack the gradebook from a notebook, four
are there to be ordinary. What an honest stub earns is what an attack on it must earn.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.classroom import notebooks
from grader.course import Exercise

Notebook = dict[str, Any]
ALL, SOME, NOTHING, UNGRADED = "all points", "some, not all", "none", "no score, and a message"


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes:
        hands_in: makes the text of the file from the exercise and its released notebook.
        earns: one of the four words.
        named: what the feedback has to say.
        file: the file's name, "" for the notebook's own.
    """

    hands_in: Callable[[Exercise, Notebook], str]
    earns: str
    named: str = ""
    file: str = ""


def code(exercise: Exercise, released: Notebook, text: str) -> Notebook:
    """Return the released notebook with *text* in the cell that learners edit."""
    notebook = copy.deepcopy(released)
    _cell(notebook, notebooks.solution_id(exercise))["source"] = text
    return notebook


def _cell(notebook: Notebook, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def _program(change: Callable[[str], str]) -> Callable[[Exercise, Notebook], str]:
    def made(exercise: Exercise, released: Notebook) -> str:
        return json.dumps(code(exercise, released, change(exercise.solution.read_text())))

    return made


def _in_a_call(*lines: str) -> Callable[[Exercise, Notebook], str]:
    """Return the right program, but its first function does *lines* before it does its work."""

    def made(exercise: Exercise, released: Notebook) -> str:
        name = exercise.functions[0]
        body = "".join(f"    {line}\n" for line in lines)
        wrapped = f"\n\n_OWN = {name}\n\ndef {name}(*given, **named):\n{body}"
        text = exercise.solution.read_text() + wrapped + "    return _OWN(*given, **named)\n"
        return json.dumps(code(exercise, released, text))

    return made


def _changed(change: Callable[[Exercise, Notebook], None]) -> Callable[[Exercise, Notebook], str]:
    """Return the right program in a notebook whose other cells are changed."""

    def made(exercise: Exercise, released: Notebook) -> str:
        notebook = code(exercise, released, exercise.solution.read_text())
        change(exercise, notebook)
        return json.dumps(notebook)

    return made


def _other(folder: str, number: int) -> Callable[[Exercise, Notebook], str]:
    """Return one of the exercise's own mistakes or other right answers."""

    def made(exercise: Exercise, released: Notebook) -> str:
        found = sorted((exercise.solution.parent / folder).glob("*.py"))
        return json.dumps(code(exercise, released, found[number].read_text()))

    return made


def _delete_check(exercise: Exercise, notebook: Notebook) -> None:
    notebook["cells"].remove(_cell(notebook, notebooks.check_id(exercise, 1)))


def _copy_check(exercise: Exercise, notebook: Notebook) -> None:
    check = _cell(notebook, notebooks.check_id(exercise, 1))
    notebook["cells"].append(copy.deepcopy(check))


def _edited_check(exercise: Exercise, released: Notebook) -> str:
    """Nothing solved, and each check says that it has all points."""
    notebook = copy.deepcopy(released)
    for number in range(1, len(exercise.checks) + 1):
        _cell(notebook, notebooks.check_id(exercise, number))["source"] = "10.0"
    return json.dumps(notebook)


def _attack(source: str) -> Callable[[Exercise, Notebook], str]:
    """Return a notebook in which nothing is solved, and whose first cell attacks."""

    def made(_exercise: Exercise, released: Notebook) -> str:
        notebook = copy.deepcopy(released)
        cell = {"cell_type": "code", "id": "attack", "metadata": {}, "source": source}
        notebook["cells"].insert(0, cell | {"execution_count": None, "outputs": []})
        return json.dumps(notebook)

    return made


_SQL = (
    "import glob, sqlite3\n"
    "for name in glob.glob('/tmp/**/gradebook.db', recursive=True) + ['../../../gradebook.db']:\n"
    "    sqlite3.connect(name).execute('update grade set extra_credit=3').connection.commit()\n"
)
_LATER = (
    "import subprocess, sys\n"
    f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)\\n' + {_SQL!r}],\n"
    "                 start_new_session=True)\n"
)

STUDENTS = {
    "correct": Student(_program(lambda right: right), ALL),
    "wrong": Student(_other("mistakes", 0), SOME),
    "crash": Student(_program(lambda right: "import no_such_module\n" + right), NOTHING,
                     "cannot_import"),
    "endless": Student(_in_a_call("while True:", "    pass"), SOME, "too_slow"),
    "endless_catching": Student(
        _in_a_call("while True:", "    try:", "        while True:", "            pass",
                   "    except BaseException:", "        pass"), SOME, "too_slow"),
    "endless_deaf": Student(
        _in_a_call("import signal", "signal.signal(signal.SIGINT, signal.SIG_IGN)", "while True:",
                   "    pass"), SOME, "too_slow"),
    "os_exit": Student(_program(lambda right: right + "\n\nimport os\nos._exit(0)\n"), ALL),
    "sys_exit": Student(_program(lambda right: right + "\n\nimport sys\nsys.exit(0)\n"), ALL),
    "floods": Student(
        _program(lambda right: right + "\n\nfor _ in range(300_000):\n    print('x' * 99)\n"), ALL),
    "check_deleted": Student(_changed(_delete_check), ALL),
    "check_copied": Student(_changed(_copy_check), ALL),
    "warns": Student(_in_a_call("import sys", "print('!', file=sys.stderr)"), ALL),
    "check_edited": Student(_edited_check, NOTHING, "not_started"),
    "transformer": Student(
        _attack("get_ipython().input_transformers_post.append(lambda lines: ['10.0\\n'])"),
        NOTHING, "not_started"),
    "prints": Student(_in_a_call("print('saving')"), ALL),
    "renamed": Student(_program(lambda right: right), UNGRADED, file="mine.ipynb"),
    "torn": Student(lambda _exercise, _released: "{", UNGRADED),
    "attack_check": Student(
        _attack("import grader\ngrader.check = lambda *_: 10.0"), NOTHING, "not_started"),
    "attack_shown": Student(
        _attack("get_ipython().display_formatter.formatters['text/plain'].for_type(\n"
                "    float, lambda number, printed, cycle: printed.text('10.0'))"),
        NOTHING, "not_started"),
    "attack_popen": Student(
        _attack("import subprocess\n\nclass Fake:\n    returncode = 0\n\nsubprocess.Popen = Fake"),
        NOTHING, "not_started"),
    "attack_gradebook": Student(_attack(_SQL), NOTHING, "not_started"),
    "attack_later": Student(_attack(_LATER), NOTHING, "not_started"),
    "attack_reads": Student(
        _attack("import glob\nprint(glob.glob('../../../submitted/*'), open('../gradebook.db'))"),
        NOTHING, "not_started"),
    "attack_gradebook_in_a_call": Student(_in_a_call(*_SQL.splitlines()), SOME),
    "attack_later_in_a_call": Student(_in_a_call(*_LATER.splitlines()), SOME),
    "attack_reads_in_a_call": Student(
        _in_a_call("import glob", "assert glob.glob('/tmp/**/*.ipynb', recursive=True)"), SOME),
    "other_right": Student(_other("alternative", 0), ALL),
    "another_right": Student(_other("alternative", 1), ALL),
    "another_wrong": Student(_other("mistakes", -1), SOME),
    "blank": Student(_program(lambda _right: ""), NOTHING, "missing_function"),
}  # fmt: skip
