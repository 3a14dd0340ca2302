"""/metrics for Prometheus: what all processes of this gateway counted, and how things stand now.

Counts are hooks.metrics'. Each process adds them to files in memory; the one that is asked reads
them all.
"""
