"""How fast the line is, always as a ratio to a reference in the same run: `make bench`. Not part of the tests."""
