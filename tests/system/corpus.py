"""Which programs of ``hostile/`` are attacks, and of which class; the rest is honest or wrong."""

from pathlib import Path

FOLDER = Path(__file__).with_name("hostile")
EXPECT, HOLE = "# expect: ", "# hole: "
HEADING = "\n## On the grader itself\n"
"""Where the table of these attacks begins on the page of all."""
KINDS = {
    "forging": (
        *("forges_all_reports", "guesses_the_seed", "hard_coded_digests", "leaves_at_a_moment"),
        *("leaves_out_moments", "logs_the_challenges", "os_exit_at_import", "os_exit_in_load"),
        *("os_exit_in_save", "patches_blake2b", "patches_digest", "patches_os_write"),
        *("patches_probe_step", "patches_torch_equal", "replays_reports", "says_end_early"),
        *(
            "says_loaded_twice",
            "sends_a_later_step",
            "sends_a_long_report",
            "sends_a_step_too_many",
        ),
        *("sends_garbage", "sends_pickles", "sys_exit_at_import", "sys_exit_in_load"),
        *("sys_exit_in_save", "trains_again"),
    ),
    "reading": ("reads_the_parent",),
    "escaping": (
        *("closes_everything", "directory_removed", "directory_replaced", "hard_link"),
        *("kills_the_fork_server", "stops_the_fork_server", "symlink"),
    ),
    "exhausting": (
        *("big_file", "burns_processors", "deep_directories", "endless_file"),
        *("floods_binary_output", "floods_notes", "floods_output", "loops_in_load"),
        *("loops_in_save", "memory_bomb", "memory_bomb_of_tensors", "save_recurses"),
        *("sleeps_at_import", "sparse_file", "stops_itself", "ten_thousand_files"),
    ),
    "persisting": (
        *("beside_the_directory", "builtin_module", "daemon", "denied_in_tmp", "environment"),
        *("in_deleted_file", "in_its_home", "in_tmp", "module_global", "moving_daemon"),
        *("own_group", "saves_when_killed"),
    ),
    "confusing": (
        *("evil_file_name", "fifo", "kills_itself", "raises_a_liar", "raises_control_characters"),
        "says_reserved_words",
    ),
}


def expected(path: Path) -> str:
    """Return the verdict that a program must get, in the words of its first line."""
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix(EXPECT)


def hole(path: Path) -> str:
    """Return why a program works without a sandbox, "" where it does not."""
    second = path.read_text(encoding="utf-8").splitlines()[1]
    return second.removeprefix(HOLE) if second.startswith(HOLE) else ""


def does(path: Path) -> str:
    """Return what a program does, in its own sentence."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith('"""')).strip('".')


def table() -> str:
    """Return the attacks as a table, class by class."""
    lines = ["| attack | what it does | class | without a sandbox |", "|---|---|---|---|"]
    for kind, names in KINDS.items():
        for name in names:
            path = FOLDER / f"{name}.py"
            gets = "**works**" if hole(path) else expected(path)
            lines.append(f"| `{name}` | {does(path)} | {kind} | {gets} |")
    return "\n".join(lines) + "\n"
