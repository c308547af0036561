"""Programs of fork servers on which nobody can be graded: each spoils the real one."""
