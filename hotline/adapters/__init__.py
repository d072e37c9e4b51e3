"""One part a technology: each keeps one promise of `ports.py` and knows nothing of the others."""
