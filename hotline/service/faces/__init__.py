"""How staff reach the acts without a page: by SMS."""
