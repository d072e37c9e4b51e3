"""Stores of what keeps a line alive for years: backups, what a restore must not undo, the clocks of its machines, and what goes when its time is over."""
