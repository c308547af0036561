"""Tests of grader.checkers."""
