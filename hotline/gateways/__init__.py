"""Vendors that carry the line's messages and calls: one subject a file, every direction of a vendor together."""
