"""Tests of grader.faults."""
