"""What fork servers and their children find in their environment."""

import os
from pathlib import Path

import pytest

from grader.process import environment


@pytest.mark.parametrize("device", ["", "cpu"])
def test_only_a_server_for_cuda_sees_gpus(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    """It sees those that the user sees; no other server sees any."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")

    assert "" == environment.of_server(device, 1)["CUDA_VISIBLE_DEVICES"]
    assert "3" == environment.of_server("cuda", 1)["CUDA_VISIBLE_DEVICES"]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert "CUDA_VISIBLE_DEVICES" not in environment.of_server("cuda", 1)


def test_what_makes_runs_equal_reaches_the_child(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Threads, code paths, cuBLAS and the hash seed do; what else the user has set does not."""
    monkeypatch.setenv("WANDB_API_KEY", "secret")
    server = environment.of_server("cuda", 7)
    with monkeypatch.context() as child:
        child.setattr(os, "environ", dict(server) | {"LEFT_OVER": "1"})
        environment.become_childs(tmp_path)
        seen = dict(os.environ)

    assert "WANDB_API_KEY" not in server
    assert "LEFT_OVER" not in seen
    assert {
        "OMP_NUM_THREADS": "1",
        "MKL_CBWR": "AUTO,STRICT",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "PYTHONHASHSEED": "7",
        "HOME": str(tmp_path),
    }.items() <= seen.items()
