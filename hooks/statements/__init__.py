"""The SQL of the hot path: one statement reads all that a batch needs, one writes what it leaves.

The lanes and the connection take it from here; a test holds its plans in bad states.
"""
