"""What fits a phone: its characters, its letters and numbers, its pages and their capacity."""
