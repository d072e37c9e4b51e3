"""Files that are made of a release, and of nothing else: what a release hides is in none of them."""
