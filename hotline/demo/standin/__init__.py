"""The stand-in for Africa's Talking: the one double, since the real one cannot be reached."""
