"""Who works on the line, and how each proves who she is."""
