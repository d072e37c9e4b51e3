"""The pure core: flows, words and digits in; a screen, a question or an order out."""
