"""Who is there when: said, planned, and what is covered by it."""
