"""Exercise 2: one digest for the same state in every process, another for every other state."""

from grader.checkers import answers, digests
from grader.course import Check, asked
from grader.diagnosis import pattern
from grader.workloads import pairs

CASES = pairs.cases
HOLDS = [answers.answered, digests.well_formed, digests.right]
CHECKS = [
    Check("The same state has one digest, in every process", 3, asked(pairs.names("same")), HOLDS),
    Check("Another state has another digest", 3, asked(pairs.names("other")), HOLDS),
    Check("first_difference() names what differs first", 3, asked(pairs.names("first")), HOLDS),
    Check("Both leave the states as they are", 1, asked(pairs.names("after")), HOLDS),
]
RULES = [
    pattern.answers("keeps_the_hash", found=digests.AGAIN),
    pattern.answers("uses_hash", "same.twice", found=digests.ELSEWHERE),
    pattern.answers("hashes_the_file", "same.window", "same.shared", but=["same.twice"]),
    pattern.answers("unordered_keys", "same.key_order", but=["same.window"]),
    pattern.answers("hashes_the_print", "same.parameter", but=["same.window"]),
    pattern.answers("marks_containers", "same.tuple", but=["same.window", "same.parameter"]),
    pattern.answers("short_digest", "other.many"),
    pattern.answers("hashes_the_print", "other.one_bit", "other.near"),
    pattern.answers("converts_numbers", "other.beyond_double"),
    pattern.answers("ignores_dtype", "other.dtype_of_zeros"),
    pattern.answers("ignores_shape", "other.shape"),
    pattern.answers("ignores_names", "other.renamed"),
    pattern.answers("drops_types", "other.text_or_number"),
    pattern.answers("drops_types", "other.true_or_one"),
    pattern.answers("skips_none", "other.none_or_nothing"),
    pattern.answers("runs_together", "other.typed_together"),
    pattern.answers("runs_together", "other.numbers_together"),
    pattern.answers("runs_together", "other.text_together"),
    pattern.answers("runs_together", "other.split"),
    pattern.answers("rounds_floats", "other.sum"),
    pattern.answers("compares_values", "other.nan_bits"),
    pattern.answers("compares_values", "first.nan"),
    pattern.answers("uses_allclose", "first.near"),
    pattern.answers("converts_numbers", "first.beyond_double"),
    pattern.answers("compares_values", "first.nan_bits"),
    pattern.answers("rounds_floats", "first.sum"),
    pattern.answers("drops_types", "first.text_or_number"),
    pattern.answers("drops_types", "first.true_or_one"),
    pattern.answers("skips_none", "first.none_or_nothing", but=["first.one_less"]),
    pattern.answers("marks_containers", "first.tuple"),
    pattern.answers("swapped_kinds", "first.one_more", found="('best', 'missing')"),
    pattern.answers("one_way", "first.one_more"),
    pattern.answers("first_by_insertion", "first.of_last_keys"),
    pattern.answers("other_names", "first.swapped", "first.of_lists"),
    pattern.answers("orders_by_number", "first.of_lists"),
    pattern.answers("order_of_kinds", "first.of_kinds"),
    pattern.answers("changes_the_state", "after.twice"),
    pattern.answers("changes_tensors", "after.parameter"),
]
