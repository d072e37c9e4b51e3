"""The pages of the staff themselves: signing in, accounts, people, shifts, care."""
