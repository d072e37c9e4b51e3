"""Vendors that carry the line's messages and calls: every direction of a vendor together, its incoming forms and their guard in a file of their own."""
