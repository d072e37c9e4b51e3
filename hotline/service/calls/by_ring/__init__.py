"""Calls without an SMS: the line rings whoever is to hear of one, and keys do what a reply would."""
