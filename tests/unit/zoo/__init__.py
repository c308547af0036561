"""Schedules that people write, without a process."""
