"""Words read, talked about, and sent to translators."""
