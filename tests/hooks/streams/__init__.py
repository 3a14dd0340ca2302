"""Streams: rights, limits, records, and what is told of them."""
