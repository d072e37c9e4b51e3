"""Catalogues: words read, exported for translators and taken back."""
