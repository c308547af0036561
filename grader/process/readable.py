"""A learner's bytes as text that is safe to print: on a terminal, in JSON, in a report."""

import re
import unicodedata

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SHOWN_MAX = 2000
_PROCESS = re.compile(r"\(pid \d+\)")  # as torch names a worker: another number in each run
# Unicode categories of what controls a terminal, or is no character at all.
_UNSAFE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def readable(data: bytes) -> str:
    """Return a learner's bytes as text that is safe on a terminal and in JSON, not too long.

    Numbers of processes are left out, so that equal runs say the same.
    """
    text = _ESCAPE.sub("", data.decode("utf-8", "backslashreplace"))
    text = _PROCESS.sub("(a process)", text)
    if len(text) > _SHOWN_MAX:
        half = _SHOWN_MAX // 2
        text = f"{text[:half]}\n… {len(text) - _SHOWN_MAX} characters left out …\n{text[-half:]}"
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in _UNSAFE else f"\\x{ord(c):02x}"
        for c in text
    )
