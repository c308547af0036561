"""Tests of grader.diagnosis."""
