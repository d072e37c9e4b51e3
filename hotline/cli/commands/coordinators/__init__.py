"""Commands for whoever looks after staff, figures and audit."""
