"""A signal that was never sent is ours, unless the process left out what had to come."""

import pytest

from grader.faults.recordings import NeverStruckError, check_signals
from grader.faults.schedule import Schedule
from grader.history import Phase
from grader.workloads.workload import Workload
from tests.unit.checkers.histories import STEPS, steps

WORKLOAD = Workload(epochs=3, batches=4, save_every=4, parts=2)


def never_told(saves: list[int]) -> Phase:
    """Return a process that trained to its end."""
    return Phase("A", 0, steps(0, STEPS), exit=0, saves=saves)


@pytest.mark.parametrize("moment", ["7:saving", "7:written", "7:save", "7:call2"])
def test_a_due_save_that_was_left_out_is_the_trouble_of_its_process(moment: str):
    """It could not be told in a save that it had to make, and did not."""
    phase = never_told([4, 12])
    check_signals(phase, Schedule.parse(f"term@{moment}").signals, WORKLOAD)

    assert phase.trouble is not None
    assert ("unsaved", "no save was made after step 7") == (phase.trouble.kind, phase.trouble.text)


@pytest.mark.parametrize("moment", ["6:saving", "7:call99", "7:scheduler", "99:step"])
def test_a_signal_at_a_moment_that_nobody_promised_says_nothing(moment: str):
    """No save is due there, the save makes fewer calls, or no such moment exists."""
    phase = never_told([4, 8, 12])
    with pytest.raises(NeverStruckError, match="never sent"):
        check_signals(phase, Schedule.parse(f"term@{moment}").signals, WORKLOAD)
    assert phase.trouble is None
