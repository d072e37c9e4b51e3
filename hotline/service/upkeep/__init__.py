"""What time alone brings about: the clock's work."""
