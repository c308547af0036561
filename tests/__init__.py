"""All tests of the grader and the course."""
