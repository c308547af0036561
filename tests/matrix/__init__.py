"""Wide sweeps: `make matrix`, not the gate."""
