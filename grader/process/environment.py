"""What fork servers and their children find in their environment: the same in every grading."""

import os
from pathlib import Path

_FIXED = {
    # One thread: two threads sum in another order, and a forked OpenMP pool hangs.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Without it MKL picks a code path by the data's address modulo 64, and equal runs differ.
    "MKL_CBWR": "AUTO,STRICT",
    # Huge pages for everything that Python and torch allocate: a fork copies page tables, and
    # these are a third as long. Measured: 30 ms of CPU for fork and exit, 8 with huge pages.
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}
_NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}
_ON = {
    "": _NO_GPU,  # CUDA must never be initialised in a process that forks
    "cpu": _NO_GPU,
    # Without it cuBLAS may add in another order from run to run, and torch refuses to use it.
    "cuda": {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"},
}
_INHERITED = (
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
    "CUDA_VISIBLE_DEVICES",
)
_KEPT = (
    *("PATH", "LANG", "LC_ALL", "PYTHONHASHSEED", "MKL_CBWR"),
    *("CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE"),
)


def of_server(device: str, hash_seed: int) -> dict[str, str]:
    """Return the environment of a fork server; *device* as `grader.course.Exercise` has it."""
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    return {**inherited, **_FIXED, **_ON[device], "PYTHONHASHSEED": str(hash_seed)}


def become_childs(temporary: Path) -> None:
    """Keep of the fork server's environment what a phase shall see, and give it a home."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update(kept, HOME=str(temporary), TMPDIR=str(temporary))
