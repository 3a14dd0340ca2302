"""Slow proofs of what an operator does: upgrades of big tables, backups and restores."""
