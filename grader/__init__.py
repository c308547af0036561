"""Exact Resume's grader: it kills a training, resumes it, and holds every step against the baseline."""
