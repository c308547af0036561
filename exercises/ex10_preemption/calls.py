"""How your training loop is run."""

from types import ModuleType

from grader.workloads.own_loop import Run


def train(mine: ModuleType, run: Run) -> object:
    """In a new process: yours is the loop, and what it returns is the process's exit code."""
    run.start_workers_with(mine.start_worker)
    return mine.train(run)
