"""How a learner's program is run: fork servers, limits, the probe inside the child."""
