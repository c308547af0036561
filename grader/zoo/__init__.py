"""Find the kill: trainers that are wrong only sometimes, and schedules that expose them."""
