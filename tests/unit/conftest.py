"""Property tests draw the same examples every time, few enough for the whole lane to be quick."""

from hypothesis import settings

settings.register_profile("unit", max_examples=30, deadline=None, derandomize=True)
settings.load_profile("unit")
