"""The line drawn: which pieces, which arrows; as Mermaid for the documents, laid out as charts for the studio."""
