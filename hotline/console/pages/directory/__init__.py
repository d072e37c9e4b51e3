"""The directory of places and services: listed, changed in a draft, kept true by telephone, taken off the line at once, out and in as a table."""
