# expect: failed missing_function
"""A file without a line of code."""
