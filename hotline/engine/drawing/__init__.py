"""The line drawn: which pieces, which arrows, as Mermaid."""
