"""Stores of the staff, what they write down, and what the line publishes and counts."""
