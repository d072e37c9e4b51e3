"""Flow files: read, checked in shape, with a schema for editors."""
