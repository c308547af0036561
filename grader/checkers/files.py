"""Is there anything on disk? After an acknowledged save the directory may not be empty."""

from grader.history import History, Phase
from grader.verdict import Finding


def something_saved(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that a save returned and no file with a byte in it was left."""
    for number, (bounds, files) in enumerate(zip(history.bounds, history.files, strict=False)):
        if bounds.floor > 0 and not any(size for _, size in files):
            return Finding(
                "files",
                history.schedule,
                number,
                f"a file in the checkpoint directory: a save had returned at step {bounds.floor}",
                "no file with anything in it" if files else "an empty directory",
            )
    return None
