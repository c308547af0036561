"""What a learner is told: one story, as terminal text, as a web page and as JSON."""
