"""Tests of grader.store."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from grader.store import KEPT_MAX, Store, StoreError

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
EXERCISE = "ex01_first_checkpoint"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


def keep(store, minutes=0, verdict="passed", **more):
    run = store.begin(EXERCISE, NOON + timedelta(minutes=minutes))
    store.write(run, {"verdict.json": json.dumps({"verdict": verdict, **more})})
    return run


def test_a_run_lies_under_its_exercise_and_its_time(store):
    run = keep(store)

    assert run == store.folder / EXERCISE / "2026-03-01T12-00-00"
    assert store.latest(EXERCISE) == run


def test_text_and_bytes_are_kept_as_they_are(store):
    run = store.begin(EXERCISE)
    store.write(run, {"report.txt": "✗ \udcff\r\n", "history.jsonl": b"\x00\xff"})

    assert (run / "report.txt").read_bytes() == "✗ \\udcff\r\n".encode()
    assert (run / "history.jsonl").read_bytes() == b"\x00\xff"
    assert sorted(path.name for path in run.iterdir()) == ["history.jsonl", "report.txt"]


def test_runs_of_one_second_get_numbers_and_keep_their_order(store):
    made = [keep(store) for _ in range(12)]

    assert made[1].name == "2026-03-01T12-00-00-2"
    assert store.runs(EXERCISE) == made


def test_latest_is_a_relative_link_to_the_newest_run(store):
    keep(store)
    newest = keep(store, 1)

    assert (store.folder / EXERCISE / "latest").readlink().name == newest.name
    assert not (store.folder / EXERCISE / "latest").readlink().is_absolute()


@pytest.mark.parametrize("target", ["gone", "../../outside", "/etc"])
def test_a_link_that_leads_elsewhere_is_not_followed(store, target):
    run = keep(store)
    link = run.parent / "latest"
    link.unlink()
    link.symlink_to(target)

    assert store.latest(EXERCISE) == run


def test_a_folder_called_latest_breaks_nothing(store):
    (store.folder / EXERCISE / "latest" / "mine").mkdir(parents=True)
    run = keep(store)

    assert store.latest(EXERCISE) == run
    assert (store.folder / EXERCISE / "latest" / "mine").is_dir()


def test_nothing_stored_is_no_error(store):
    assert store.latest(EXERCISE) is None
    assert store.runs(EXERCISE) == []
    assert not store.passed(EXERCISE)
    assert not store.folder.exists()


def test_any_passed_run_counts(store):
    keep(store, 0, "failed")
    assert not store.passed(EXERCISE)
    keep(store, 1, "passed")
    keep(store, 2, "failed")

    assert store.passed(EXERCISE)


def test_a_pass_of_one_fault_alone_does_not_count(store):
    keep(store, whole=False)

    assert not store.passed(EXERCISE)


def test_a_pass_of_another_file_does_not_count_where_one_is_asked_for(store, tmp_path):
    keep(store, file=str(tmp_path / "solution.py"))

    assert store.passed(EXERCISE, tmp_path / "solution.py")
    assert not store.passed(EXERCISE, tmp_path / "mine.py")


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_broken_verdict_is_no_pass_and_no_error(store, broken):
    store.write(store.begin(EXERCISE), {"verdict.json": broken})

    assert not store.passed(EXERCISE)


def test_the_newest_are_kept_and_the_oldest_dropped(store):
    made = [keep(store, minute, "failed") for minute in range(KEPT_MAX + 5)]

    assert store.runs(EXERCISE) == made[5:]


def test_the_last_pass_outlives_later_failures(store):
    run = keep(store, 0, "passed")
    for minute in range(1, KEPT_MAX + 5):
        keep(store, minute, "failed")

    assert len(store.runs(EXERCISE)) == KEPT_MAX
    assert store.runs(EXERCISE)[0] == run
    assert store.passed(EXERCISE)


def test_the_run_just_written_is_kept_though_the_clock_went_back(store):
    for minute in range(KEPT_MAX):
        keep(store, minute, "failed")
    run = keep(store, -60, "failed")

    assert run.is_dir()
    assert len(store.runs(EXERCISE)) == KEPT_MAX


def test_strangers_in_the_folder_are_left_alone(store, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    home = store.folder / EXERCISE
    (home / "notes").mkdir(parents=True)
    (home / "2020-01-01T00-00-00").symlink_to(precious)
    for minute in range(KEPT_MAX + 2):
        keep(store, minute, "failed")

    assert precious.is_dir()
    assert (home / "notes").is_dir()
    assert (home / "2020-01-01T00-00-00").is_symlink()


@pytest.mark.parametrize("name", ["..", "a/b", "", ".hidden", "/etc", "ex01\n"])
def test_no_exercise_leads_outside(store, name):
    with pytest.raises(StoreError, match="exercise's name"):
        store.begin(name)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "/etc/x"])
def test_no_file_name_leads_outside(store, name):
    run = store.begin(EXERCISE)

    with pytest.raises(StoreError, match="plain name"):
        store.write(run, {name: "x"})


def test_a_run_elsewhere_is_refused(store, tmp_path):
    elsewhere = tmp_path / EXERCISE / "2026-03-01T12-00-00"
    elsewhere.mkdir(parents=True)

    with pytest.raises(StoreError, match="is no run below"):
        store.write(elsewhere, {"report.txt": "x"})


def test_an_exercise_folder_that_is_a_link_is_refused(store, tmp_path):
    store.folder.mkdir()
    (store.folder / EXERCISE).symlink_to(tmp_path)

    with pytest.raises(StoreError, match="is a link"):
        store.begin(EXERCISE)


def test_a_runs_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "runs").write_text("a file")
    (tmp_path / "broken").symlink_to("gone")

    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "broken").begin(EXERCISE)
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "runs").begin(EXERCISE)


def test_found_schedules_are_kept_newest_first_and_once(tmp_path):
    store = Store(tmp_path / "runs")
    for schedule in ("kill@1:step,2:step", "kill@3:step,4:step", "kill@1:step,2:step"):
        store.remember("ex01_first_checkpoint", schedule)

    assert ["kill@1:step,2:step", "kill@3:step,4:step"] == store.found("ex01_first_checkpoint")
    assert [] == store.found("ex03_optimizer_and_schedule")
    assert [] == store.runs("ex01_first_checkpoint")


@pytest.mark.parametrize("text", ["", "{", "7", "{}", "[7]", "[" * 9999])
def test_a_broken_file_of_found_schedules_is_an_empty_one(tmp_path, text):
    store = Store(tmp_path / "runs")
    store.remember("ex01_first_checkpoint", "kill@1:step,2:step")
    (tmp_path / "runs" / "ex01_first_checkpoint" / "found.json").write_text(text)

    assert [] == store.found("ex01_first_checkpoint")
