"""How staff get in: password, second factor, and a session that ends."""
