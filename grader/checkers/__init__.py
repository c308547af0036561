"""What must hold: each checker answers one question about a history."""
