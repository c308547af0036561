"""Exercise 5: the next batch is the right one, at any place of an epoch and with workers, too."""

from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact
from grader.checkers.work import not_done_twice
from grader.course import Check
from grader.diagnosis import order_rules as place
from grader.faults import kill
from grader.workloads.workload import COMPARED, Workload

WORKLOAD = Workload(epochs=3, batches=6, save_every=3, batch_size=16, sampled=True)
CONTINUES = [within_bounds, not_done_twice, exact(COMPARED)]
CHECKS = [
    Check("Each epoch shows every image once, in its own order", 1, kill.nowhere, CONTINUES),
    Check("Killed anywhere, it goes on with the next batch", 4, kill.in_each_step, CONTINUES),
    Check("Killed again after the resume, it still does", 2, kill.again, CONTINUES),
    Check("With two workers that load ahead, too", 3, kill.with_workers, CONTINUES),
]
RULES = [
    place.order("replays_epoch", place.from_the_start_of_the_epoch),
    place.order("same_order_every_epoch", place.alike_in_every_epoch),
    place.order("skips_the_rest", place.from_the_next_epoch),
    place.order("prefetch_counted", place.further_on),
    place.order("skip_off_by_one", place.off_by_at_most_a_batch),
    place.order("missing_generator", place.of_the_first_epoch),
    place.order("state_after_draw", place.of_another_epoch),
    place.order("other_order", place.another),
    place.noise("noise_from_global_stream", place.from_a_global_stream),
    place.noise("noise_without_epoch", place.the_same_in_every_epoch),
    place.noise("noise_by_worker", place.right_without_workers),
    place.noise("noise_in_place", place.right_on_a_new_image),
    place.healed_by_a_restart("noise_in_place"),
]
