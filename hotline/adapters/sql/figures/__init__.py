"""Stores of figures: what is counted, what is released of it, and under which protocols it leaves."""
