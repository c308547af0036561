"""The CSV survives any name, and never makes a number of what nobody has decided."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.classroom.exports.table import COLUMNS, plain, safe, table
from tests.unit.classroom.made_scores import absent, alphabet, by_hand, overridden, passed

NASTY = st.text(alphabet=st.sampled_from("=+-@'\"\t\r\n\0,; aé漢😀1"), max_size=8) | st.text()


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_comma_in_a_name_shifts_no_column():
    (row,) = read(table([passed("Smith, Jr")]))

    assert tuple(row) == COLUMNS
    assert ("Smith, Jr", "10", "10") == (row["student"], row["points"], row["total"])


@example("=1", "'=1")
@given(NASTY, NASTY)
def test_every_name_and_reason_comes_back(student, reason):
    (row,) = read(table([by_hand(student, reason=reason)]))

    assert (student, reason) == (plain(row["student"]), plain(row["reason"]))


@given(NASTY)
def test_no_cell_is_a_formula(student):
    (row,) = read(table([passed(student)]))

    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) for cell in row.values())


@given(NASTY, NASTY)
def test_two_texts_never_become_the_same_cell(one, other):
    assert (safe(one) == safe(other)) == (one == other)


@pytest.mark.parametrize("score", [by_hand(), absent()])
def test_undecided_points_are_empty_and_not_0(score):
    (row,) = read(table([score]))

    assert ("", score.status) == (row["points"], row["status"])


def test_a_person_s_points_count_and_the_grader_s_stay_beside_them():
    (row,) = read(table([overridden(passed())]))

    assert ("7.5", "10", "Grace") == (
        row["points"],
        row["points_before_override"],
        row["override_by"],
    )


def test_the_same_scores_make_the_same_text_in_any_order_without_times():
    scores = alphabet()
    slower = [passed(seconds=99.0), *scores[1:]]

    assert table(scores) == table(scores[::-1]) == table(slower)
    assert ["ada", "bob", "eve", "joe", "zoe"] == [row["student"] for row in read(table(scores))]
