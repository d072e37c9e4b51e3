"""The line broken on purpose: callers and counselors at work while processes, stores, disk and vendor fail by a seed; then everything is counted."""
