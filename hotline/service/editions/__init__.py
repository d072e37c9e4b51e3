"""Editions: how one is published, which ones a process holds, which one a session is on, and what is taken off all of them."""
