"""Tests of grader.report.drawing."""

import math
from dataclasses import replace

from grader.history import History, Moment, Phase, Step, Trouble
from grader.report import drawing
from tests.unit.report.outcomes import EXERCISE, baseline, killed_and_resumed, steps

WORKLOAD = EXERCISE.workload


def drawn(history, **options):
    made = drawing.draw(WORKLOAD, baseline(), history, **options)
    assert made
    return made


def test_every_process_has_a_line_that_colour_alone_does_not_tell_apart():
    lines = drawn(killed_and_resumed()).lines

    assert [line.name for line in lines] == ["baseline", "process 1, killed", "process 2, resumed"]
    assert len({line.shape for line in lines}) == 3
    assert [len(line.points) for line in lines] == [24, 20, 8]


def test_events_stand_in_their_order_on_rows_of_their_own():
    events = drawn(killed_and_resumed(), different=(16, "first different")).events

    assert [event.kind for event in events] == ["kill", "start", "difference"]
    assert len({event.y for event in events}) == 3
    assert all(event.y < drawn(None).top + 3 * drawing.ROW for event in events)


def test_a_kill_stands_between_the_losses_around_it():
    made = drawn(killed_and_resumed())
    (kill, _) = made.events
    baseline_x = [point.x for point in made.lines[0].points]

    assert baseline_x[19] < kill.x <= baseline_x[20]


def test_everything_stays_inside_the_picture():
    wild = [Step(16, 1e300, ()), Step(17, -1e300, ()), Step(18, 3.0, ())]
    made = drawn(History("none", [Phase("A", 16, wild)]))

    points = [point for line in made.lines for point in line.points]
    assert made.cut
    assert all(drawing.LEFT <= point.x <= drawing.RIGHT for point in points)
    assert all(made.top <= point.y <= made.bottom for point in points)


def test_a_loss_that_is_no_number_leaves_a_gap():
    broken = [*steps(0, 4), Step(4, math.nan, ()), Step(5, math.inf, ()), *steps(6, 9)]
    line = drawn(History("none", [Phase("A", 0, broken)])).lines[1]

    assert len(line.points) == 7
    assert len(line.pieces) == 2


def test_the_table_says_what_the_picture_says():
    table = drawn(killed_and_resumed()).table

    assert table[0] == ("0", "3.000000", "3.000000", "")
    assert table[20][2:] == ("", "≠ 0.392857")


def test_all_kills_of_a_pass_are_marked():
    faults = EXERCISE.checks[1].faults(WORKLOAD)

    assert len(drawn(None, tried=faults).strikes) > 24


def test_a_flat_baseline_and_one_without_losses_are_no_accident():
    flat = Phase("A", 0, [replace(step, loss=1.0) for step in steps(0, 24)])

    assert drawing.draw(WORKLOAD, flat, None)
    assert drawing.draw(WORKLOAD, Phase("A"), None) is None


def test_a_run_that_ended_by_itself_is_marked_where_it_ended():
    graded = Phase("A", 0, steps(0, 8), struck=None)
    graded.trouble = Trouble("raises", "save", "no")

    assert [event.kind for event in drawn(History("none", [graded])).events] == ["end"]


def test_a_second_kill_adds_its_events():
    again = History(
        "kill@4:optimizer,8:backward",
        [
            Phase("A", 0, steps(0, 4), struck=Moment(4, "optimizer")),
            Phase("B", 0, steps(0, 8), struck=Moment(8, "backward")),
            Phase("A", 8, steps(8, 24)),
        ],
    )

    kinds = [event.kind for event in drawn(again).events]
    assert kinds == ["kill", "start", "kill", "start"]
