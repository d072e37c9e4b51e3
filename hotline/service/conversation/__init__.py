"""A caller's conversation: a hop or an SMS comes in, facts are found, orders are applied once, a screen goes out."""
