"""One part a technology: each keeps the promises of one file of `hotline/ports/`, and its subject is no other's."""
