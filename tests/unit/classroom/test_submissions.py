"""Who handed in what: every layout is understood, and everything malformed is named."""

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader import course
from grader.classroom.handed_in import FILE_MAX, look
from grader.classroom.submissions import Deadline, Submission, collect, extensions
from grader.errors import UsageError

EXERCISE = course.find("ex01")
CODE = b"def save(): ...\n"
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["def save(): ...\n"]}]}).encode()


def put(folder: Path, name: str, content: bytes = CODE) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def handed(source: Path, deadline: Deadline | None = None) -> dict[str, Submission]:
    return {one.student: one for one in collect(look(source), EXERCISE, deadline)}


@pytest.mark.parametrize(
    "name",
    [
        "alice/checkpoint.py",
        "alice/ex01_first_checkpoint/checkpoint.py",
        "alice/ex01/my own name.py",
        "alice.py",
        "alice_12345_678901_checkpoint.py",
        "alice_12345_assignsubmission_file_/checkpoint.py",
    ],
)
def test_layouts(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    put(tmp_path, ".DS_Store")
    assert {"alice": CODE} == {who: one.content for who, one in handed(tmp_path).items()}


def test_a_zip_of_zips(tmp_path: Path) -> None:
    inner = zipped({"checkpoint.py": CODE, "__MACOSX/checkpoint.py": b"junk"})
    outer = put(tmp_path, "all.zip", zipped({"bob.zip": inner, "carol/checkpoint.py": CODE}))
    found = handed(outer)
    assert {"bob": CODE, "carol": CODE} == {who: one.content for who, one in found.items()}


def test_a_notebook_is_the_code_of_its_cells(tmp_path: Path) -> None:
    put(tmp_path, "alice/ex01_first_checkpoint.ipynb", NOTEBOOK)
    assert b"def save(): ..." in (handed(tmp_path)["alice"].content or b"")


def test_the_newest_of_two_counts_and_the_other_is_noted(tmp_path: Path) -> None:
    put(tmp_path, "alice_1_10_checkpoint-2.py", b"second = 2\n")
    put(tmp_path, "alice_1_10_checkpoint.py", b"first = 1\n")
    alice = handed(tmp_path)["alice"]
    assert alice.content == b"second = 2\n"
    assert "alice_1_10_checkpoint.py is an earlier one" in alice.notes[0]


def test_who_handed_in_another_exercise_only_is_left_out(tmp_path: Path) -> None:
    """Their file has the same name, and must not be graded as this one."""
    put(tmp_path, "alice/ex03_optimizer_and_schedule/checkpoint.py")
    put(tmp_path, "bob/ex03_optimizer_and_schedule/checkpoint.py", b"other = 3\n")
    put(tmp_path, "bob/ex01_first_checkpoint/checkpoint.py")
    assert {"bob": CODE} == {who: one.content for who, one in handed(tmp_path).items()}


def test_what_lies_beside_the_code_disturbs_nobody(tmp_path: Path) -> None:
    for name in ("alice/my code.py", "alice/notes.txt", "alice/data.pt", "list.csv"):
        put(tmp_path, name)
    assert {"alice": CODE} == {who: one.content for who, one in handed(tmp_path).items()}


@pytest.mark.parametrize(
    ("stamp", "late"),
    [
        ("2026-03-01 12:00:00.000001 UTC\n", True),
        ("2026-03-01 12:00:00 UTC", False),
        ("2099-01-01 12:00:00 CET", False),
        ("yesterday", False),
        ("9" * 5000, False),
    ],
)
def test_nbgraders_own_time_counts_before_the_files(
    tmp_path: Path, stamp: str, *, late: bool
) -> None:
    """A file keeps the time of its last change; the hand-in's is in timestamp.txt, in UTC."""
    file = put(tmp_path, "alice/ex01_first_checkpoint/checkpoint.py")
    os.utime(file, (0, 0))
    put(tmp_path, "alice/ex01_first_checkpoint/timestamp.txt", stamp.encode())
    found = handed(tmp_path, Deadline(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    assert late == found["alice"].late


def test_extensions_are_read_from_a_table() -> None:
    """A time without an offset is in UTC, as every time here."""
    found = extensions(b"due,student\n2026-03-08T12:00,ada\n2026-03-08T12:00+02:00,ben\n", "e.csv")
    assert {"ada": 12, "ben": 10} == {who: due.astimezone(UTC).hour for who, due in found.items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student\nada\n", "columns student and due"),
        ("student,due\nada,tomorrow\n", "line 2: 'tomorrow' is no time"),
        ("student,due\nada,2026-03-08\nada,2026-03-09\n", "line 3: 'ada' stands there twice"),
    ],
)
def test_broken_extensions_say_where(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        extensions(text.encode(), "e.csv")


def test_late_by_canvas_and_by_the_clock(tmp_path: Path) -> None:
    due = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for name, hours in (("early", -1), ("grace", 0.1), ("tardy", 2), ("extended", 20)):
        path = put(tmp_path, f"{name}/checkpoint.py")
        moment = (due + timedelta(hours=hours)).timestamp()
        os.utime(path, (moment, moment))
    later = {"extended": due + timedelta(days=1)}
    found = handed(tmp_path, Deadline(due, timedelta(minutes=15), later))
    assert ["tardy"] == [who for who, one in found.items() if one.late]

    put(tmp_path / "canvas", "zoe_LATE_5_6_checkpoint.py")
    assert handed(tmp_path / "canvas")["zoe"].late


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ({"a/": b""}, "nothing is in it"),
        ({"a.zip": zipped({})}, "nothing is in it"),
        ({"a/answer.pdf": b"", "grades.csv": b""}, "no Python file and no notebook"),
        ({"a_12345_678901_answer.pdf": b""}, "no Python file and no notebook"),
        ({"../checkpoint.py": CODE}, "outside"),
        ({"/etc/checkpoint.py": CODE}, "outside"),
        ({"a.zip": zipped({"b.zip": zipped({"checkpoint.py": CODE})})}, "zip in a zip"),
        ({"a.zip": b"PK no zip"}, "cannot be opened"),
        ({"a/checkpoint.py": bytes(FILE_MAX + 1)}, "at most"),
        ({"a/one.py": CODE, "a/two.py": CODE}, "none of them is called checkpoint.py"),
        ({"a/ex01_first_checkpoint.ipynb": b"{"}, "no notebook"),
        ({"a/ex01_first_checkpoint.ipynb": b'{"cells": 3}'}, "no list of cells"),
    ],
)
def test_malformed_is_named_and_stops_nobody(
    tmp_path: Path, content: dict[str, bytes], rule: str
) -> None:
    source = put(tmp_path, "all.zip", zipped({**content, "zoe/checkpoint.py": CODE}))
    found = handed(source)
    assert found.pop("zoe").content == CODE
    assert [one.content for one in found.values()] == [None]
    assert rule in next(iter(found.values())).trouble
    assert [source] == list(tmp_path.iterdir())


def test_what_a_folder_can_hold(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    put(folder, "good/checkpoint.py")
    put(folder, "link/x.txt")
    (folder / "link" / "checkpoint.py").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.truncate(put(folder, "huge/checkpoint.py"), 2 << 30)
    os.mkfifo(put(folder, "pipe/x.txt").with_name("checkpoint.py"))
    (folder / "empty").mkdir()
    put(folder, os.fsdecode(b"l\xffatin/checkpoint.py"))
    found = handed(folder)
    assert {"good", "link", "loop", "huge", "pipe", "l\\xffatin", "empty"} == set(found)
    assert "nothing is in it" in found["empty"].trouble
    assert "link" in found["link"].trouble
    assert "2147483648 bytes" in found["huge"].trouble
    assert "pipe" in found["pipe"].trouble
    assert {"good", "l\\xffatin"} == {who for who, one in found.items() if one.content == CODE}


def test_a_zip_bomb_is_not_read_to_its_end(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a/checkpoint.py", bytes(300 << 20))
    source = put(tmp_path, "bomb.zip", out.getvalue())
    assert "bytes" in handed(source)["a"].trouble


@pytest.mark.parametrize("name", ["nothing", "no.zip"])
def test_no_folder_and_no_zip(tmp_path: Path, name: str) -> None:
    (tmp_path / "no.zip").write_text("text")
    with pytest.raises(UsageError, match="name a folder"):
        list(look(tmp_path / name))
