"""The commands, one module a subject, in a folder for whom they are; here what these share."""
