"""Bytes become rows: encodings, CSV, JSON and YAML, cells, types."""
