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
    pattern.answers("runs_together", "other.typed_together"),
    pattern.answers("runs_together", "other.numbers_together"),
    pattern.answers("runs_together", "other.text_together"),
    pattern.answers("runs_together", "other.split"),
    pattern.answers("compares_values", "first.nan"),
    pattern.answers("uses_allclose", "first.near"),
    pattern.answers("converts_numbers", "first.beyond_double"),
    pattern.answers("drops_types", "first.text_or_number"),
    pattern.answers("marks_containers", "first.tuple"),
    pattern.answers("swapped_kinds", "first.one_more", found="('best', 'missing')"),
    pattern.answers("one_way", "first.one_more"),
    pattern.answers("first_by_insertion", "first.of_last_keys"),
    pattern.answers("changes_the_state", "after.twice"),
    pattern.answers("changes_tensors", "after.parameter"),
]
