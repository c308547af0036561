"""Attacks on what lies outside the checkpoint folder: each works without a sandbox.

An attack is a few lines that stand before an honest ``save`` and ``load``. Kinds:

    keeps   state is kept elsewhere than in the folder and found again after the kill
    needs   something of the machine is needed, or the program gives up

So an attack that works passes, and one that was stopped fails, for a reason that can be read. All
are harmless: bounded, and no further than this machine.
"""

from dataclasses import dataclass

HONEST = """
import io
import torch

def save(path, model, optimizer, epoch, config):
    before(path)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    written = io.BytesIO()
    torch.save({**state, "epoch": epoch, "config": config}, written)
    keep(path, written.getvalue())

def load(path, model, optimizer, config):
    kept = fetch(path)
    if kept is None:
        return 0
    state = torch.load(io.BytesIO(kept), weights_only=True)
    if state["config"] != config:
        raise ValueError("other settings")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1
"""
_IN_FOLDER = """
def keep(path, data):
    path.write_bytes(data)

def fetch(path):
    return path.read_bytes() if path.exists() else None
"""
_IN_FILE = """
import os, pathlib
ELSEWHERE = pathlib.Path({place}) / "exact-resume-hostile"

def before(path):
    pass

def keep(path, data):
    path.write_bytes(b"word")
    ELSEWHERE.write_bytes(data)

def fetch(path):
    return ELSEWHERE.read_bytes() if path.exists() else None
"""
_C = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
_TRUE = "    if not ({fact}):\n        raise OSError(ctypes.get_errno(), 'denied')\n"


@dataclass(frozen=True)
class Attack:
    """One attack: what it does, its class, and its lines; {names} are filled in by the test."""

    does: str
    kind: str
    text: str

    @property
    def program(self) -> str:
        """Return the whole program."""
        return self.text + HONEST


def _keeps(does: str, place: str) -> Attack:
    return Attack(does, "persisting", _IN_FILE.format(place=place))


def _needs(does: str, kind: str, lines: str, top: str = _C) -> Attack:
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return Attack(does, kind, f"{top}\ndef before(path):\n{body}{_IN_FOLDER}")


def _call(does: str, kind: str, expression: str) -> Attack:
    return _needs(does, kind, _TRUE.format(fact=expression).replace("    if", "if", 1))


ATTACKS = {
    "tmp": _keeps("keeps state in /tmp", "'/tmp'"),
    "dev_shm": _keeps("keeps state in /dev/shm", "'/dev/shm'"),
    "var_tmp": _keeps("keeps state in /var/tmp", "'/var/tmp'"),
    "submission_folder": _keeps("keeps state beside its own file", "os.path.dirname(__file__)"),
    "pythons_folder": _keeps("keeps state in Python's folder", "os.path.dirname(os.__file__)"),
    "judges_folder": _keeps("keeps state above its own folder", "os.path.dirname(os.getcwd())"),
    "shared_memory": Attack(
        "keeps state in System V shared memory",
        "persisting",
        _C + "libc.shmat.restype = ctypes.c_void_p\n"
        "SIZE = 1 << 20\n\n"
        "def memory():\n"
        "    return libc.shmat(libc.shmget({number}, SIZE, 0o1666), None, 0)\n\n"
        "def before(path):\n    pass\n\n"
        "def keep(path, data):\n"
        "    path.write_bytes(str(len(data)).encode())\n"
        "    ctypes.memmove(memory(), data, len(data))\n\n"
        "def fetch(path):\n"
        "    if path.exists():\n"
        "        return ctypes.string_at(memory(), int(path.read_bytes()))\n",
    ),
    "keyring": _call(
        "puts a key into the kernel's keyring", "persisting",
        "libc.syscall(248, b'user', b'hostile', b'word', 4, -3) > 0",
    ),
    "memory_file": _call(
        "makes a file in memory that no limit counts", "exhausting",
        "libc.syscall(319, b'hostile', 0) > 0",
    ),
    "solution": _needs(
        "reads the worked solution", "reading",
        "import grader, pathlib\n"
        "course = pathlib.Path(grader.__file__).parents[1]\n"
        "(course / 'solutions' / 'ex01_first_checkpoint' / 'checkpoint.py').read_text()",
    ),
    "classmate": _needs("reads another submission", "reading", "open({secret!r}).read()"),
    "environment_of_judge": _needs(
        "reads the judge's environment", "reading", "open('/proc/{judge}/environ').read()"
    ),
    "command_of_judge": _needs(
        "reads which programs run", "reading", "open('/proc/{judge}/cmdline').read()"
    ),
    "memory_of_server": _needs(
        "reads the memory of the fork server", "reading",
        "place = int(open(f'/proc/{{os.getppid()}}/maps').readline().split('-')[0], 16)\n"
        "with open(f'/proc/{{os.getppid()}}/mem', 'rb') as memory:\n"
        "    memory.seek(place)\n"
        "    memory.read(16)",
    ),
    "debugger": _needs(
        "watches the fork server as a debugger", "escaping",
        "server, child = os.getppid(), os.fork()\n"
        "if child == 0:  # whose end lets go of the server\n"
        "    os._exit(libc.ptrace(0x4206, server, 0, 0) != 0)\n"
        "if os.waitpid(child, 0)[1]:\n"
        "    raise OSError('denied')",
    ),
    "signal": _needs("may signal the judge", "escaping", "os.kill({judge}, 0)"),
    "grader_itself": _needs(
        "may change the grader", "escaping",
        "import grader\nopen(grader.__file__, 'ab').close()",
    ),
    "kernel_settings": _needs(
        "may change settings of the kernel", "escaping",
        "open('/proc/sys/kernel/core_pattern', 'ab').close()",
    ),
    "namespace": _needs(
        "makes a user namespace", "escaping",
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(libc.unshare(0x10000000) != 0)\n"
        "if os.waitpid(child, 0)[1]:\n"
        "    raise OSError('denied')",
    ),
    "mount": _call(
        "mounts a file system over its folder", "escaping",
        "libc.mount(b'x', bytes(path.parent), b'tmpfs', 0, None) == 0 "
        "and libc.umount2(bytes(path.parent), 2) == 0",
    ),
    "kernel_doors": _call(
        "sets up io_uring", "escaping",
        "libc.syscall(425, 2, ctypes.create_string_buffer(120)) > 0",
    ),
    "network": _needs(
        "asks a server on the network", "escaping",
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2).close()",
    ),
    "datagram": _needs(
        "sends datagrams to somebody", "escaping",
        "import socket\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:\n"
        "    out.connect(('127.0.0.1', {port}))\n"
        "    for _ in range(2):  # where nobody listens, the second one is told so\n"
        "        out.send(b'state')",
    ),
    "named_socket": _needs(
        "asks a program of the machine over an abstract socket", "escaping",
        "import socket\n"
        "with socket.socket(socket.AF_UNIX) as out:\n"
        "    out.connect('\\0exact-resume-{port}')",
    ),
    "disk": _needs(
        "fills the disk", "exhausting",
        "for number in range(8):\n"
        "    with open(f'tmp/big{{number}}', 'wb') as big:\n"
        "        big.write(bytes(32 << 20))",
    ),
    "processes": _needs(
        "starts 80 processes", "exhausting",
        "already = os.environ.setdefault('STARTED', str(os.getpid()) + ' now')\n"
        "os.environ['STARTED'] = already.split()[0]\n"
        "for _ in range(80 if 'now' in already else 0):\n"
        "    if os.fork() == 0:\n"
        "        import time\n"
        "        time.sleep(20)\n"
        "        os._exit(0)",
    ),
}  # fmt: skip
