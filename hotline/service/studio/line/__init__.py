"""The line as the studio lists, draws and searches it."""
