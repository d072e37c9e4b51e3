"""Stores of what is asked for and of the calls that follow."""
