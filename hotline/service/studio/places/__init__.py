"""The directory: its entries, what somebody heard by telephone, and what the pages show of it."""
