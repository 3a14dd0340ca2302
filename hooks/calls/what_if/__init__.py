"""What if a tenant had other limits: its recorded calls are replayed under them.

`trying` reads the limits that are asked for, `reading` streams the calls, hooks/limits/replay.py
decides each again, `reporting` adds up what would have been different, and `figure` draws it. The
command what_if and the tenant's page use these.
"""
