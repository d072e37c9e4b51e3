"""The line in figures that tell of nobody."""
