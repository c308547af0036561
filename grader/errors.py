"""What can go wrong apart from a learner's answer, as one tree.

    GraderError
    ├── UsageError      the command cannot be carried out as typed        exit code 2
    ├── CourseError     an author's file breaks a rule of the course      exit code 2
    └── MachineError    this machine or the grader itself failed          Unknown, exit code 3

A learner's mistake is never an exception here: it is a verdict.
"""


class GraderError(Exception):
    """Base of every error that the grader raises on purpose."""


class UsageError(GraderError):
    """The command cannot be carried out as typed; the message says what to type instead."""


class CourseError(GraderError):
    """A file of the course breaks a rule; the message names file, rule and fix."""


class MachineError(GraderError):
    """The machine or the grader failed, so nothing can be said about the learner's answer."""
