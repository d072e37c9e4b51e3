"""The staff's accounts: who works on the line, how they sign in, and what each changes of their own."""
