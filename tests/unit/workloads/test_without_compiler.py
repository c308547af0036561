"""Does torch's compiler stay away until it is asked for, and come when it is?"""

import subprocess
import sys

import pytest

WARM = "import sys, torch; from grader.workloads import loop; loop.warm_up(); "
REAL = "'torch._dynamo.utils' in sys.modules"


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (f"before = {REAL}; torch.compiler.reset(); print(before, {REAL})", "False True"),
        (
            f"import torch._dynamo.config; print({REAL}, sys.modules['torch._dynamo'])",
            "True <module",
        ),
        ("f = torch.compile(lambda x: x + 1, backend='eager'); print(f(torch.ones(1)))", "([2.])"),
    ],
)
def test_it_comes_when_it_is_asked_for(then: str, said: str) -> None:
    """A program that compiles gets the real compiler, a training step does not wait for it."""
    ran = subprocess.run(
        [sys.executable, "-c", WARM + then], capture_output=True, text=True, check=False
    )

    assert 0 == ran.returncode, ran.stderr
    assert said in ran.stdout
