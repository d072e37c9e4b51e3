"""How staff reach the acts without a page: by SMS and by voice."""
