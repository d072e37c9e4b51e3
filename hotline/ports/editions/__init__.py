"""What the editions are kept by: published ones, drafts, who read which words, and the files that come and go."""
