"""What operators may change of where keys lead: the edits of screens, as revisions, and what stands against them. Pure."""
