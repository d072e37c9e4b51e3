"""The use cases of the counselors' room: each a function over `Parts`, for pages and messages alike."""
