"""Grading many, without a process."""
