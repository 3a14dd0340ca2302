"""Proofs that take minutes; each is a run of its own, outside the everyday suite."""
