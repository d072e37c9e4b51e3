"""Editions and their drafts, in SQL."""
