"""From the first difference to its cause, with a proof where there is one."""
