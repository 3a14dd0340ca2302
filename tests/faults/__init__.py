"""What breaks, and what becomes of the hooks.

`one`: a single machine, its database, disk, processes, network and clock. `ha`: a Patroni cluster.
Both play the same load and have the same judge; `python -m tests.faults` runs both. `soak`:
millions of hooks in a row. `strangers`: whoever comes to the door beside the media servers.
"""
