"""Files in and out: reading makes rows, checking makes changes or problems, writing fills the tables."""
