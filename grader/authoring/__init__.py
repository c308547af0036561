"""For course writers: stubs cut from solutions, and a lint by which the course proves itself."""
