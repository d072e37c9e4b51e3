"""The demo's outer world: a stand-in for Africa's Talking, phones for people to hold, and the people."""
