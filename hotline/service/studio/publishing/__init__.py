"""A draft on its way to an edition, and editions compared."""
