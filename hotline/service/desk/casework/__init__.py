"""What happened and where a caller was sent on to, written down in codes with the caller's consent."""
