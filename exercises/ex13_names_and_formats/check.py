"""Exercise 13: a state finds its place by its names, whole or not at all, whatever its age."""

from grader.checkers import answers
from grader.course import Check, asked
from grader.diagnosis import pattern
from grader.workloads.formats import cases

CASES = cases.cases
HOLDS = [answers.answered, answers.as_due]
CHECKS = [
    Check("Names without what wrappers put in", 2, asked(cases.names("keys")), HOLDS),
    Check("A state is loaded whole, or not at all", 3, asked(cases.names("load")), HOLDS),
    Check("An old format, one version after the other", 3, asked(cases.names("migrate")), HOLDS),
    Check("A file is read, and runs nothing", 2, asked(cases.names("read")), HOLDS),
]
RULES = [
    pattern.refuses_otherwise("refuses_otherwise"),
    pattern.answers("sorts_the_names", "keys.bare", but=["keys.compiled"]),
    pattern.answers("strips_too_much", "keys.similar", but=["keys.bare"]),
    pattern.answers("only_in_front", "keys.inside", but=["keys.compiled", "keys.similar"]),
    pattern.answers("merges_two_names", "keys.clash", but=["keys.inside"]),
    pattern.answers("changes_its_input", "keys.afterwards", but=["keys.compiled"]),
    pattern.answers("forgets_buffers", "load.fits", found='unexpected ["norm.'),
    pattern.answers("strict_false", "load.missing", found="missing []"),
    pattern.answers("half_loaded", "load.missing", "load.unexpected", but=["load.other_order"]),
    pattern.answers("loads_by_place", "load.other_order", but=["load.fits", "load.missing"]),
    pattern.answers("forgets_the_models_names", "load.compiled_now", but=["load.compiled_before"]),
    pattern.answers(
        "tells_the_models_names",
        "load.missing_in_compiled",
        but=["load.missing", "load.compiled_now"],
    ),
    pattern.answers(
        "unsorted_report", "load.foreign", but=["load.missing"], found='missing ["embed.weight", "b'
    ),
    pattern.answers("spreads_one_number", "load.shape", but=["load.missing"]),
    pattern.answers("silent_cast", "load.dtype", but=["load.turned"]),
    pattern.answers("tells_one_of_two", "load.shape_and_dtype", but=["load.turned", "load.dtype"]),
    pattern.answers("assign_after_optimizer", "load.optimizer", but=["load.fits"]),
    pattern.answers("forgets_second_names", "load.tied", but=["load.optimizer"]),
    pattern.answers("shared_storage", "load.afterwards", but=["load.optimizer"]),
    pattern.answers(
        "closes_up_places", "migrate.frozen", but=["migrate.from_2", "migrate.no_moments"]
    ),
    pattern.answers("fills_empty_places", "migrate.no_moments", but=["migrate.from_2"]),
    pattern.answers(
        "no_version_is_newest", "migrate.from_1", but=["migrate.from_2"], found="step null"
    ),
    pattern.answers("miscounts_steps", "migrate.from_1", but=["migrate.from_2"], found="step "),
    pattern.answers("keeps_old_keys", "migrate.from_1", but=["migrate.from_2"], found="epoch "),
    pattern.answers("skips_a_version", "migrate.from_1", but=["migrate.from_2"]),
    pattern.answers("optimizer_by_position", "migrate.from_2", but=["migrate.no_moments"]),
    pattern.answers("accepts_newer_version", "migrate.newer", but=["migrate.from_3"]),
    pattern.answers("accepts_newer_version", "migrate.much_newer", but=["migrate.from_3"]),
    pattern.answers("changes_its_input", "migrate.afterwards", but=["migrate.from_1"]),
    pattern.answers("unsafe_load", found="ran true"),
    pattern.answers("looks_for_the_word", "read.word_inside", but=["read.tensors"]),
    pattern.answers("needs_the_device", "read.elsewhere", but=["read.tensors"]),
    pattern.answers("hides_refusal", "read.torn", but=["read.tensors"]),
]
