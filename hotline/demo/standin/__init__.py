"""The stand-in for the vendors: the one double, since the real ones cannot be reached. It plays Africa's Talking, and one more beside it."""
