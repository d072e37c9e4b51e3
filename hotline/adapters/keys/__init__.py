"""The keys of the line: where they lie, how they are exchanged, and what is sealed and hashed under which."""
