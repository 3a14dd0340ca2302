"""Whatever holds a key, a password or a token: encryption, fields, sealed columns, resealing."""
