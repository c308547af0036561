"""Tests of grader.workloads, the only unit tests that import torch."""
