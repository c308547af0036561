"""Canvas's gradebook comes back with one column filled, and with nothing else changed."""

import csv
import io
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.exports import roster, sheet
from grader.classroom.exports.canvas import fill
from grader.classroom.exports.canvas_feedback import feedback_zip, ids
from grader.errors import UsageError
from tests.unit.classroom.made_scores import absent, by_hand, failed, overridden, passed

COLUMN = "Ex 1, checkpoints (901234)"
OTHER = "Ex 2 (901235)"
HEAD = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
TAIL = ["Assignments Current Score"]
PEOPLE = [
    ["Lovelace, Ada", "4001", "s1", "ada", "A"],
    ['O"Neil, Bob', "4002", "s2", "bob", "A and B"],
    ["Eve", "4003", "s3", "eve", "A"],
    ["Student, Test", "4009", "", "", "A"],
]


def export(cells=("", "", "", ""), possible="10", delimiter=",", *, posting=False):
    """Return a gradebook as Canvas exports it, with these cells in the exercise's column."""
    rows = [[*HEAD, COLUMN, OTHER, *TAIL]]
    if posting:
        rows.append(["", "", "", "", "", "Manual Posting", "", ""])
    rows.append(["    Points Possible", "", "", "", "", possible, "5", "(read only)"])
    rows += [[*person, cell, "5", "91.0"] for person, cell in zip(PEOPLE, cells, strict=True)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def cells(made, delimiter=","):
    """Return the filled column by student, and hold the rest against the export."""
    rows = list(csv.reader(io.StringIO(made.decode(), newline=""), delimiter=delimiter))
    assert [*HEAD, COLUMN] == rows[0]
    assert PEOPLE == [row[:5] for row in rows[-len(PEOPLE) :]]
    return {row[3]: row[5] for row in rows[-len(PEOPLE) :]}


@pytest.mark.parametrize("column", [COLUMN, "Ex 1, checkpoints", "901234"])
def test_one_column_is_filled(column):
    made = cells(fill(export(), column, [passed("ada"), failed("bob")]))

    assert {"ada": "10", "bob": "4", "eve": "", "": ""} == made


def test_what_nobody_decided_stays_as_it_was():
    before = export(["3", "8", "", ""])

    made = cells(fill(before, COLUMN, [by_hand("ada"), absent("bob"), by_hand("eve")]))

    assert {"ada": "3", "bob": "8", "eve": "", "": ""} == made


def test_excused_and_not_assigned_stay():
    made = cells(fill(export(["EX", "N/A", "", ""]), COLUMN, [passed("ada"), passed("bob")]))

    assert ("EX", "N/A") == (made["ada"], made["bob"])


def test_a_person_s_points_are_the_ones():
    assert "7.5" == cells(fill(export(), COLUMN, [overridden(by_hand("ada"))]))["ada"]


def test_the_manual_posting_row_stays_above_the_points_possible():
    rows = fill(export(posting=True), COLUMN, [passed("ada")]).decode().splitlines()

    assert [",,,,,Manual Posting", "    Points Possible,,,,,10"] == rows[1:3]


def test_a_byte_order_mark_and_semicolons_come_back():
    before = b"\xef\xbb\xbf" + export(possible="10,00", delimiter=";")

    made = fill(before, COLUMN, [passed("ada")])

    assert made.startswith(b"\xef\xbb\xbf" + b"Student;ID;")
    assert "10" == cells(made.removeprefix(b"\xef\xbb\xbf"), ";")["ada"]


@pytest.mark.parametrize("student", ["ada", "s1", "4001"])
def test_a_student_is_found_by_login_sis_id_or_id(student):
    assert "10" == cells(fill(export(), COLUMN, [passed(student)]))["ada"]


@pytest.mark.parametrize("line", ["octocat,,4001", "octocat,s1,"])
def test_a_roster_says_who_is_meant(line):
    known = roster.read(f"login,sis_id,canvas_id\n{line}\n".encode(), "roster.csv")

    assert "10" == cells(fill(export(), COLUMN, [passed("octocat")], known))["ada"]


def test_scaled_points():
    made = fill(export(possible="100"), COLUMN, [failed("bob")], scale=True)

    assert "40" == cells(made)["bob"]


BAD = [
    (export(), "Ex 9", [passed()], "no assignment is called 'Ex 9'.*'Ex 2 .901235.'"),
    (export(), COLUMN, [passed("mallory"), passed("ada")], "not there: 'mallory'.*roster"),
    (export(), COLUMN, [passed("ada"), passed("s1")], "'ada' and 's1' are the same student"),
    (export(possible="100"), COLUMN, [passed()], "worth 100 points, ex01_first_checkpoint 10"),
    (export(possible="(read only)"), COLUMN, [passed()], "read only"),
    (export(possible=""), COLUMN, [passed()], "no points possible"),
    (export(), COLUMN, [passed(), passed("bob", exercise="ex03")], "one exercise"),
    (export(), COLUMN, [], "one exercise"),
    (b"name,points\nada,3\n", COLUMN, [passed()], "not a gradebook of Canvas"),
    (b"", COLUMN, [passed()], "empty"),
    (b"\xff\xfe", COLUMN, [passed()], "byte 0 is not UTF-8"),
    (export() + b"a,b,c,d,e,f,g,h,i\n", COLUMN, [passed()], "line 7: 9 cells, but 8 columns"),
    (export() + b'"open', COLUMN, [passed()], "line 7: not CSV"),
    (export().replace(b"4003", b"s1"), COLUMN, [passed("s1")], "'s1' is .* of 2 students"),
]


@pytest.mark.parametrize(("given_export", "column", "scores", "says"), BAD)
def test_bad_input_is_named(given_export, column, scores, says):
    with pytest.raises(UsageError, match=says) as caught:
        fill(given_export, column, scores, name="grades.csv")

    assert "grades.csv" in str(caught.value)


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3)), st.booleans(), st.sampled_from(",;"))
def test_what_is_written_is_read_again(rows, bom, delimiter):
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    written = sheet.Sheet(["a", "b", "c"], rows, [], delimiter, bom)

    read = sheet.read(sheet.write(written), "again.csv")

    assert (["a", "b", "c"], rows, delimiter, bom) == (
        read.header,
        read.rows,
        read.delimiter,
        read.bom,
    )


def test_a_roster_is_read_with_what_it_has():
    read = roster.read(b"\xef\xbb\xbfname;login\nAda, L;ada\n\n;bob\n", "roster.csv")

    assert {"ada": roster.Person("ada", name="Ada, L"), "bob": roster.Person("bob")} == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sis_id\n1\n", "roster.csv: no column 'login'"),
        ("login,canvasid\nada,1\n", "no column 'canvasid'"),
        ("login,name,name\nada,1,2\n", "'name' is there twice"),
        ("login,name\nada,1\n,2\n", "line 3: no login"),
        ("login\nada\n\nada\n", "line 4: login 'ada' stands on line 2 too"),
        ("login,canvas_id\nada,1\nbob,1\n", "line 3: canvas_id '1' stands on line 2 too"),
    ],
)
def test_a_bad_roster_is_named(text, says):
    with pytest.raises(UsageError, match=says):
        roster.read(text.encode(), "roster.csv")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("lovelaceada_4001_90001_ex01.py", ("4001", "90001")),
        ("lovelaceada_LATE_4001_90001_ex01-1.py", ("4001", "90001")),
        ("anon_ab12c_90001_ex01.py", ("ab12c", "90001")),
        ("LATE_anon_ab12c_90001_ex01.py", ("ab12c", "90001")),
        ("lovelaceada_4001_90001_2_3.py", ("4001", "90001")),
        ("lovelaceada_4001_link.html", None),
        ("lovelaceada_4001_text.html", None),
        ("._lovelaceada_4001_90001_ex01.py", None),
        ("ex01.py", None),
        ("", None),
    ],
)
def test_ids_are_read_as_canvas_reads_them(name, found):
    assert found == ids(name)


def test_feedback_keeps_the_downloaded_names():
    feedback = {"bob_4002_90002_ex01.py": b"FAIL", "ada_LATE_4001_90001_ex01.py": b"PASS"}

    made = feedback_zip(feedback, ".txt")

    with ZipFile(io.BytesIO(made)) as held:
        assert ["ada_LATE_4001_90001_ex01.py.txt", "bob_4002_90002_ex01.py.txt"] == held.namelist()
        assert b"PASS" == held.read("ada_LATE_4001_90001_ex01.py.txt")
        assert [ids(name) for name in held.namelist()] == [("4001", "90001"), ("4002", "90002")]
    assert made == feedback_zip(dict(reversed(feedback.items())), ".txt")


@pytest.mark.parametrize("name", ["ex01.py", "../ada_4001_90001_ex01.py", "a\\b_1_2_c.py"])
def test_feedback_that_canvas_would_ignore_is_refused(name):
    with pytest.raises(UsageError, match="Canvas would ignore"):
        feedback_zip({name: b"FAIL"}, ".txt")
