"""The operators' room: drafts of editions, changed part by part, tried, read, proposed and approved."""
