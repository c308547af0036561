"""Exercise 12: how often to save, computed, simulated, and kept up to date."""

from grader.checkers import answers
from grader.course import Check, asked
from grader.diagnosis import pattern
from grader.workloads import failures

CASES = failures.cases
HOLDS = [answers.answered, answers.as_due]
CHECKS = [
    Check("Young's interval, in whole steps", 3, asked(failures.names("young")), HOLDS),
    Check("Where the time of a run goes", 4, asked(failures.names("run")), HOLDS),
    Check("A pace that follows what is measured", 3, asked(failures.names("pace")), HOLDS),
]
RULES = [
    pattern.off_by("rounds_down", -1),
    pattern.off_by("rounds_up", 1),
    pattern.answers("never_saves", "young.long_step", but=["young.usual"]),
    pattern.answers("short_last_piece", "run.quiet", but=["run.even"]),
    pattern.answers("forgets_the_last_save", "run.quiet", "run.even"),
    pattern.answers("loses_everything", "run.free_restart", but=["run.quiet"]),
    pattern.answers("ignores_restart_cost", "run.one", but=["run.free_restart"]),
    pattern.answers("forgets_half_a_save", "run.in_save", but=["run.one"], found="lost "),
    pattern.answers("counts_torn_save", "run.in_save", but=["run.one"]),
    pattern.answers("breaks_a_finished_save", "run.same_second", but=["run.one", "run.in_save"]),
    pattern.answers("counts_restart_as_lost", "run.in_restart", but=["run.one"], found="lost "),
    pattern.answers("forgets_failures_in_restart", "run.in_restart", but=["run.one"]),
    pattern.answers("restarts_again_once", "run.in_restart_twice", but=["run.in_restart"]),
    pattern.answers("uses_up_the_failures", "run.again", but=["run.one"]),
    pattern.answers("keeps_first_guess", "pace.measured", but=["pace.guess", "pace.failures"]),
    pattern.answers("mean_of_all", "pace.slow_one", "pace.drift", but=["pace.measured"]),
    pattern.answers("mean_of_all", "pace.drift", but=["pace.measured", "pace.slow_one"]),
    pattern.answers("drops_the_guess", "pace.failures", "pace.at_once", but=["pace.guess"]),
    pattern.answers(
        "forgets_hours_at_failure", "pace.failures", but=["pace.at_once", "pace.quiet"]
    ),
    pattern.answers("forgets_quiet_hours", "pace.quiet", but=["pace.failures"]),
    pattern.scaled("wrong_optimum", 0.5**0.5, 2**0.5, 0.5),
    pattern.scaled("units_mixed", 60, 1000, 3600, 60**0.5, 1000**0.5),
]
