"""The program of a phase in which nothing is trained: cases are asked, and the answers reported.

The exercise's calls.py has ``ask(mine, given)``: it builds what the case gives, calls the functions
of *mine*, and returns the answer as JSON allows. For *mine* None it answers by the grader's own
means: so the judge learns whether this machine can answer at all.
"""

import json
import os
import types
from typing import Any

from grader.process import protocol
from grader.process.probe import Probe
from grader.workloads.calling import calls_of, guarded, has_functions, imports_ours


def run(
    arguments: dict[str, Any], probe: Probe, learner: types.ModuleType | None, exchange: int | None
) -> int:
    """Ask the learner's functions; return the exit code.

    *arguments*: ``calls`` (file that asks), ``functions`` (names that the learner's file must
    define). What each case gives is in *exchange*, as a JSON list.
    """
    calls = calls_of(arguments["calls"])
    if calls is None or exchange is None:
        return 1
    if not has_functions(arguments["functions"], learner, probe) or imports_ours(learner, probe):
        return 1
    cases = json.loads(os.pread(exchange, os.fstat(exchange).st_size, 0))
    probe.loaded(0)

    def ask() -> None:
        for given in cases:
            text = json.dumps(calls.ask(learner, given))
            if len(text) > protocol.TEXT_MAX:
                message = f"an answer has {len(text)} characters, more than {protocol.TEXT_MAX}"
                raise ValueError(message)
            probe.answer(text)

    probe.enter("case")
    if not guarded(probe, "case", ask):
        return 1
    probe.enter("none")
    probe.end(0)
    return 0
