"""The zip that Canvas takes back: Gradebook, an assignment's menu, "Upload Submissions".

Read in Canvas's source (instructure/canvas-lms, app/models/abstract_assignment.rb,
infer_comment_context_from_filename; lib/content_zipper.rb; lib/file_in_context.rb): from a file's
name it takes the first two parts between underscores that are all digits: the student's number and
the handed-in file's (for anonymous work ``anon_ID_NUMBER``). It ignores what has none, and what
ends in ``_link.html``. The type of the feedback follows from the ending of its name; the student
sees it under the name of the file that was handed in.

So a name here is the downloaded name, whole, with the feedback's ending after it.
"""

import io
import re
import zipfile
from collections.abc import Mapping

from grader.errors import UsageError

_ANON = re.compile(r"anon_(?P<user>[^_]+)_(?P<file>\d+)_.*", re.DOTALL)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip cannot say "no time"


def ids(name: str) -> tuple[str, str] | None:
    """Return the student's and the file's number as Canvas reads them, None if it reads none."""
    parts = [part for part in name.split("_") if part != "LATE"]
    if name.startswith("._") or parts[-1].startswith("link"):
        return None
    if anonymous := _ANON.fullmatch("_".join(parts)):
        return anonymous["user"], anonymous["file"]
    numbers = [part for part in parts if re.fullmatch(r"[0-9]+", part)]
    return (numbers[0], numbers[1]) if len(numbers) > 1 else None


def feedback_zip(feedback: Mapping[str, bytes], ending: str) -> bytes:
    """Return the zip, given each downloaded file's name and the feedback on it.

    *ending* says what the feedback is: ``.txt``, ``.html`` or ``.pdf``. The same feedback gives the
    same bytes, in whatever order it comes.

    Raises:
        UsageError: Canvas would ignore a name; nothing is left out silently.
    """
    for name in feedback:
        if "/" in name or "\\" in name or ids(name) is None:
            message = (
                f"{name!r}: Canvas would ignore feedback under this name; give the file's name as "
                "Canvas made it: name_student_file_title, with two numbers"
            )
            raise UsageError(message)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in sorted(feedback.items()):
            made.writestr(zipfile.ZipInfo(f"{name}{ending}", _LONG_AGO), content)
    return out.getvalue()
