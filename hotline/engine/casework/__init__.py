"""What a counselor has in a call and writes down of it: flags, how it ended, scripts, the questions of GBVIMS."""
