"""The directory's file: read, checked, edited, imported from and exported to sheets."""
