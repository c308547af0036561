"""What a crash can leave on disk: snapshots, file operations, recordings."""
