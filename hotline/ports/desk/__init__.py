"""Stores of the staff: their accounts and shifts, what they write down of a case, and what they did."""
