"""The pages, one module a subject: each parses, runs an act, renders."""
