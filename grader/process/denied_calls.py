"""Which system calls a sandboxed process may not make: the doors that namespaces leave open.

Without the list a keyring or a memory file carries state over a kill, and a user namespace or
io_uring opens more of the kernel than a training needs. Numbers for x86_64 and aarch64.
"""

import errno
import socket

from grader.process.filters import (
    ALLOW,
    FAIL,
    IF_ANY_BIT,
    IF_EQUAL,
    MACHINES,
    RETURN,
    Instruction,
    argument,
    load_number,
    only_native_calls,
)

# (x86_64, aarch64); None where the architecture has no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # another process's memory
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "userfaultfd": (323, 282),
    # other namespaces, other views of the file system
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # memory that belongs to no process, or to no file: it outlives a kill, or is counted nowhere
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "shmctl": (31, 195), "shmat": (30, 196), "semget": (64, 190), "semctl": (66, 191),
    "semtimedop": (220, 192), "semop": (65, 193), "msgget": (68, 186), "msgctl": (71, 187),
    "msgrcv": (70, 188), "msgsnd": (69, 189), "mq_open": (240, 180),
    # wide doors into the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "personality": (135, 92), "vhangup": (153, 58),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET = (56, 220), 435, (41, 198)
_NEW_NAMESPACE = 0x7E020000
"""Every CLONE_NEW... flag."""


def program(machine: str, *, network: bool) -> list[Instruction]:
    """Return the filter; with *network*, sockets of the internet may be made.

    They lead nowhere in a network namespace of one's own. Without one only sockets between
    processes are left.
    """
    column, _ = MACHINES[machine]
    families = [socket.AF_UNIX, *((socket.AF_INET, socket.AF_INET6) if network else ())]
    code = [
        *only_native_calls(machine),
        # Its flags lie in memory, where a filter cannot look; the C library then takes clone.
        (IF_EQUAL, 0, 1, _CLONE3),
        (RETURN, 0, 0, FAIL | errno.ENOSYS),
        (IF_EQUAL, 0, 4, _CLONE[column]),
        argument(0),
        (IF_ANY_BIT, 0, 1, _NEW_NAMESPACE),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        load_number(),
        (IF_EQUAL, 0, len(families) + 3, _SOCKET[column]),
        argument(0),
        *((IF_EQUAL, len(families) - place, 0, one) for place, one in enumerate(families)),
        (RETURN, 0, 0, FAIL | errno.EAFNOSUPPORT),
        load_number(),
    ]
    for numbers in DENIED.values():
        number = numbers[column]
        if number is not None:
            code += [(IF_EQUAL, 0, 1, number), (RETURN, 0, 0, FAIL | errno.EPERM)]
    return [*code, (RETURN, 0, 0, ALLOW)]
