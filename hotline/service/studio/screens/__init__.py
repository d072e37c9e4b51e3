"""One screen: its words, what they weigh, the draft tried, and where its keys lead."""
