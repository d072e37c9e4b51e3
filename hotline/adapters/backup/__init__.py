"""Backups: the rows of a database, whichever of the two it is, in one stream that only a secret that lies elsewhere opens (age, age-encryption.org/v1)."""
