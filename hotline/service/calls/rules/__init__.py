"""Who may be rung, who can ring, and who takes what: what acts and dispatch rest on, and what knows nothing of them."""
