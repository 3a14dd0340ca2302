"""The SQL of the hot path: one statement reads all that a batch needs, one writes what it leaves.

`reading` is put together from the look-ups beside it; `writing` from the parts for sessions, calls,
streams and messages, in the order of `parts`. The lanes and the connection take both from here, and
the duties what they do again and again; a test holds the plans in bad states.
"""
