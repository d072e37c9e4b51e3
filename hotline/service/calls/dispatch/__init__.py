"""Who is told of a callback and when, how it passes from one to the next, and how it ends when nobody could keep it."""
