"""Where kills happen: schedules as plain data, and the trial that carries one out."""
