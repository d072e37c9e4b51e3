"""What a counselor has in a call and writes down of it: flags, scripts, the questions of GBVIMS."""
