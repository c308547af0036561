"""Tests of what a crash can leave on disk."""
