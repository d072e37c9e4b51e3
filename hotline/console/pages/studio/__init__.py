"""The operators' room, page by page."""
