"""Tests of how a learner's program is run."""
