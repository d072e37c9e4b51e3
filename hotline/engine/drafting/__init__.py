"""One edition made out of another: its parts, what a draft changes of them, what differs, and how it is tried before anybody dials it."""
