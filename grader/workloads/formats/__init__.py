"""What exercise 13 asks about names and formats, and what is right."""
