"""How times are written, so that those of all pages compare."""
