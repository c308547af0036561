"""Exact Resume's grader: kills a training, resumes it, compares every step with the baseline."""
