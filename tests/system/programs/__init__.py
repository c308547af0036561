"""Programs of fork servers that spoil the real one, and answers with one rare fault."""
