"""What is shown while trials run."""

from grader.report import progress


def test_a_pipe_gets_a_line_a_stage(capsys):
    with progress.watching(quiet=False) as watch:
        for stage, done, planned in [("start", 0, 0), ("A", 1, 2), ("A", 2, 2), ("A", 2, 2)]:
            watch(stage, done, planned)
    said = capsys.readouterr()

    assert said.out == ""
    assert said.err.splitlines() == [
        "starting two fork servers (torch is imported once)",
        "A (2 trials)",
    ]


def test_quiet_says_nothing(capsys):
    with progress.watching(quiet=True) as watch:
        watch("start", 0, 0)

    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_one_bar_that_is_wiped(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.watching(quiet=False) as watch:
        for stage, done, planned in [("start", 0, 0), ("A", 1, 2), ("diagnosis", 0, 0)]:
            watch(stage, done, planned)
    said = capsys.readouterr().err

    assert "looking for the cause" in said
    assert said.count("\n") <= 3
