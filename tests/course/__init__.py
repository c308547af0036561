"""The course itself under test: walks the folders, names no exercise."""
