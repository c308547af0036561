"""Tests without processes; mirrors the grader package."""
