"""Small programs that save a training state in the ways people do. Each saves three times."""

import mmap
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path

SAVES = 3


def plain_write(directory: Path) -> None:
    """Write text in place, by one file object."""
    for step in range(SAVES):
        with (directory / "state.txt").open("w") as file:
            file.write(f"step {step}\n" * 3000)


def unbuffered_write(directory: Path) -> None:
    """Write in place by bare system calls, each of a known size."""
    for step in range(SAVES):
        fd = os.open(directory / "state.bin", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for size in (1000, 24):
            os.write(fd, bytes([step]) * size)
        os.close(fd)


def pickle_durable(directory: Path) -> None:
    """Do everything right: a temporary file, fsync, replace, fsync of the directory."""
    for step in range(SAVES):
        temporary = directory / "state.tmp"
        with temporary.open("wb") as file:
            pickle.dump({"step": step, "weights": list(range(4000))}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(directory / "state.pkl")
        fd = os.open(directory, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


def torch_in_place(directory: Path) -> None:
    """Let torch.save overwrite the only checkpoint."""
    for step in range(SAVES):
        _torch_save(step, directory / "checkpoint.pt")


def torch_replace(directory: Path) -> None:
    """Let torch.save write a temporary file, and replace the checkpoint by it."""
    for step in range(SAVES):
        temporary = directory / "checkpoint.pt.tmp"
        _torch_save(step, temporary)
        temporary.replace(directory / "checkpoint.pt")


def torch_numbered(directory: Path) -> None:
    """Keep one checkpoint per step in a directory of its own, and only the newest two."""
    for step in range(SAVES):
        place = directory / f"step-{step:04}"
        place.mkdir()
        _torch_save(step, place / "checkpoint.pt")
        if step >= 2:
            old = directory / f"step-{step - 2:04}"
            (old / "checkpoint.pt").unlink()
            old.rmdir()


def in_a_thread(directory: Path) -> None:
    """Save from a second thread."""
    for step in range(SAVES):
        thread = threading.Thread(target=_write, args=(directory / "thread.bin", step))
        thread.start()
        thread.join()


def in_a_worker(directory: Path) -> None:
    """Save from a forked process, then go on in the first one."""
    for step in range(SAVES):
        worker = os.fork()
        if worker == 0:
            _write(directory / "worker.bin", step)
            os._exit(0)
        os.waitpid(worker, 0)
        _write(directory / "parent.bin", step)


def every_kind_of_call(directory: Path) -> None:
    """Change files in many ways, so that each way is seen and named."""
    os.chdir(directory)
    fd = os.open("a", os.O_RDWR | os.O_CREAT)
    os.writev(fd, [b"one", b"two"])
    os.pwrite(fd, b"x", 1)
    os.ftruncate(fd, 4)
    os.posix_fallocate(fd, 0, 10)
    os.fdatasync(fd)
    os.utime("a", ns=(5, 5))
    os.rename("a", "b")
    os.mkdir("sub")
    inside = os.open("sub", os.O_RDONLY)
    other = os.open("c", os.O_RDWR | os.O_CREAT, dir_fd=inside)
    os.sendfile(other, fd, 0, 4)
    os.copy_file_range(fd, other, 3, 0)
    os.rename("c", "../d", src_dir_fd=inside, dst_dir_fd=inside)
    os.truncate("d", 0)
    with mmap.mmap(fd, 4) as mapped:
        mapped.flush()
    os.unlink("d")
    os.rmdir("sub")
    os.sync()


DETERMINISTIC: tuple[Callable[[Path], None], ...] = (
    plain_write,
    unbuffered_write,
    pickle_durable,
    torch_in_place,
    torch_replace,
    torch_numbered,
)  # their file names, hence their bytes, are the same in each run


def _torch_save(step: int, path: Path) -> None:
    import torch  # noqa: PLC0415 - in the saver that needs it

    torch.manual_seed(step)
    weights = {f"layer{n}.weight": torch.rand(64, 64) for n in range(4)}
    torch.save({"step": step, "model": weights}, path)


def _write(path: Path, step: int) -> None:
    with path.open("wb", buffering=0) as file:
        file.write(bytes([step]) * 100)
