"""Grading many: what was handed in, judged beside each other, kept, shown and exported."""
