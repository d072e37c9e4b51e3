"""Testimonies: written down, cut, released by two, withdrawn."""
